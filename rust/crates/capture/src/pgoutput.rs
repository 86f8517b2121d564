//! The messages of PostgreSQL's `pgoutput` plugin, protocol version 1, borrowed from the bytes they came in.

use crate::error::{Error, Result};
use crate::postgres::reader::Reader;

/// One message of the plugin. Times are microseconds after 2000-01-01.
#[derive(Debug, PartialEq, Eq)]
pub enum Message<'a> {
    /// A transaction begins; all its changes follow before the next one's.
    Begin {
        /// Where its commit stands in the log.
        commit_lsn: u64,
        /// When it committed.
        committed: i64,
        /// Its 32-bit id.
        transaction: u32,
    },
    /// The transaction ends.
    Commit {
        /// The first byte after the commit.
        end_lsn: u64,
    },
    /// The columns of a table, sent before its first change and after each change of its definition.
    Relation(Relation<'a>),
    /// A new row.
    Insert {
        /// The table.
        relation: u32,
        /// The row.
        new: Tuple<'a>,
    },
    /// A changed row.
    Update {
        /// The table.
        relation: u32,
        /// What the replica identity keeps of the row before, if that is anything.
        old: Option<Old<'a>>,
        /// The row after.
        new: Tuple<'a>,
    },
    /// A row is gone.
    Delete {
        /// The table.
        relation: u32,
        /// What the replica identity keeps of it.
        old: Old<'a>,
    },
    /// Tables were emptied.
    Truncate {
        /// The tables.
        relations: Vec<u32>,
    },
    /// Something that changes no row: a type's name, an origin, a logical message.
    Other,
}

/// A table's definition at this point of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation<'a> {
    /// The table's object id.
    pub id: u32,
    /// Its schema.
    pub schema: &'a str,
    /// Its name.
    pub table: &'a str,
    /// What the log keeps of a row before a change.
    pub identity: Identity,
    /// Its columns, in the order of every tuple.
    pub columns: Vec<Column<'a>>,
}

/// A table's REPLICA IDENTITY.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// The primary key, if there is one.
    Key,
    /// The columns of an index.
    Index,
    /// The whole row.
    Full,
    /// Nothing.
    Nothing,
}

/// A column at this point of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its type's object id.
    pub type_id: u32,
    /// Its type's modifier, -1 for none.
    pub modifier: i32,
    /// Whether it belongs to the replica identity.
    pub identifying: bool,
}

/// The row before a change.
#[derive(Debug, PartialEq, Eq)]
pub struct Old<'a> {
    /// Whether only the key's columns are filled.
    pub key_only: bool,
    /// The cells.
    pub row: Tuple<'a>,
}

/// A row.
pub type Tuple<'a> = Vec<Cell<'a>>;

/// One column's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// SQL NULL.
    Null,
    /// A long value that the change left alone, and that the log does not repeat.
    Unchanged,
    /// The value's text.
    Text(&'a str),
}

/// Read one message.
pub fn decode(body: &[u8]) -> Result<Message<'_>> {
    let mut reader = Reader::new(body, "pgoutput message");
    let message = match reader.u8()? {
        b'B' => Message::Begin {
            commit_lsn: reader.u64()?,
            committed: reader.i64()?,
            transaction: reader.u32()?,
        },
        b'C' => {
            reader.take(9)?;
            Message::Commit {
                end_lsn: reader.u64()?,
            }
        }
        b'R' => Message::Relation(relation(&mut reader)?),
        b'I' => {
            let relation = reader.u32()?;
            expect(&mut reader, b'N')?;
            Message::Insert {
                relation,
                new: tuple(&mut reader)?,
            }
        }
        b'U' => update(&mut reader)?,
        b'D' => {
            let relation = reader.u32()?;
            let key_only = reader.u8()? == b'K';
            Message::Delete {
                relation,
                old: Old {
                    key_only,
                    row: tuple(&mut reader)?,
                },
            }
        }
        b'T' => {
            let count = reader.u32()?;
            reader.u8()?;
            Message::Truncate {
                relations: (0..count).map(|_| reader.u32()).collect::<Result<_>>()?,
            }
        }
        b'Y' | b'O' | b'M' => Message::Other,
        kind => {
            return Err(Error::malformed(
                "pgoutput message",
                format!("kind {:?}", char::from(kind)),
            ));
        }
    };
    Ok(message)
}

fn update<'a>(reader: &mut Reader<'a>) -> Result<Message<'a>> {
    let relation = reader.u32()?;
    let old = match reader.u8()? {
        b'N' => {
            return Ok(Message::Update {
                relation,
                old: None,
                new: tuple(reader)?,
            });
        }
        kind => Old {
            key_only: kind == b'K',
            row: tuple(reader)?,
        },
    };
    expect(reader, b'N')?;
    Ok(Message::Update {
        relation,
        old: Some(old),
        new: tuple(reader)?,
    })
}

fn relation<'a>(reader: &mut Reader<'a>) -> Result<Relation<'a>> {
    let (id, schema, table) = (reader.u32()?, reader.text()?, reader.text()?);
    let identity = match reader.u8()? {
        b'd' => Identity::Key,
        b'i' => Identity::Index,
        b'f' => Identity::Full,
        b'n' => Identity::Nothing,
        kind => {
            return Err(reader.malformed(format!("replica identity {:?}", char::from(kind))));
        }
    };
    let count = reader.u16()?;
    let columns = (0..count)
        .map(|_| {
            let flags = reader.u8()?;
            Ok(Column {
                name: reader.text()?,
                type_id: reader.u32()?,
                modifier: reader.i32()?,
                identifying: flags & 1 == 1,
            })
        })
        .collect::<Result<_>>()?;
    Ok(Relation {
        id,
        schema: if schema.is_empty() {
            "pg_catalog"
        } else {
            schema
        },
        table,
        identity,
        columns,
    })
}

fn tuple<'a>(reader: &mut Reader<'a>) -> Result<Tuple<'a>> {
    let count = reader.u16()?;
    (0..count)
        .map(|_| match reader.u8()? {
            b'n' => Ok(Cell::Null),
            b'u' => Ok(Cell::Unchanged),
            b't' => {
                let length = reader.u32()? as usize;
                let text = std::str::from_utf8(reader.take(length)?);
                text.map(Cell::Text)
                    .map_err(|_| reader.malformed("value is not UTF-8"))
            }
            kind => Err(reader.malformed(format!("value of kind {:?}", char::from(kind)))),
        })
        .collect()
}

fn expect(reader: &mut Reader<'_>, kind: u8) -> Result<()> {
    if reader.u8()? == kind {
        Ok(())
    } else {
        Err(reader.malformed("no new row where one belongs"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_update_with_its_old_key() {
        let body = b"U\0\0\0\x07K\0\x01t\0\0\0\x011N\0\x02t\0\0\0\x012u";
        let old = Old {
            key_only: true,
            row: vec![Cell::Text("1")],
        };
        let new = vec![Cell::Text("2"), Cell::Unchanged];
        assert_eq!(
            decode(body).unwrap(),
            Message::Update {
                relation: 7,
                old: Some(old),
                new
            }
        );
    }

    #[test]
    fn a_relation_names_its_columns() {
        let body = b"R\0\0\0\x07s1\0person\0d\0\x01\x01id\0\0\0\0\x17\xff\xff\xff\xff";
        let relation = Relation {
            id: 7,
            schema: "s1",
            table: "person",
            identity: Identity::Key,
            columns: vec![Column {
                name: "id",
                type_id: 23,
                modifier: -1,
                identifying: true,
            }],
        };
        assert_eq!(decode(body).unwrap(), Message::Relation(relation));
    }

    proptest! {
        #[test]
        fn any_bytes_never_panic(kind in prop::sample::select(b"BCRIUDTYOMX".to_vec()), rest in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut body = vec![kind];
            body.extend(rest);
            let _ = decode(&body);
        }
    }
}
