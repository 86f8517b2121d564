//! Decoded messages become event records; here stands the place inside the current transaction.

use crate::debezium::envelope::{self, Rows};
use crate::debezium::table::Filled;
use crate::debezium::{Operation, Origin, Rendering, Snapshot, Table, TableDescription};
use crate::error::{Error, Result};
use crate::pgoutput::{Cell, Message, Old, Tuple};
use crate::postgres::replication::EPOCH_US;
use crate::relation::NewRelation;
use std::collections::HashMap;

/// The header that holds an event's position.
pub const POSITION: &str = "tallystick-position";
/// The header that lists columns whose value the log did not repeat.
pub const UNAVAILABLE: &str = "tallystick-unavailable";

/// One record for the event log.
#[derive(Debug, PartialEq, Eq)]
pub struct Record {
    /// The topic.
    pub topic: String,
    /// The key, None for a table without one.
    pub key: Option<Vec<u8>>,
    /// The event, None for a tombstone.
    pub value: Option<Vec<u8>>,
    /// The headers.
    pub headers: Vec<(&'static str, Vec<u8>)>,
    /// The commit's time in milliseconds after 1970-01-01.
    pub timestamp: i64,
}

impl Record {
    /// Bytes of its key and value.
    pub fn size(&self) -> usize {
        self.key.as_ref().map_or(0, Vec::len) + self.value.as_ref().map_or(0, Vec::len)
    }
}

/// How far the stream has been turned into records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// The commit of the last transaction that gave a message.
    pub commit: u64,
    /// How many of its messages are done.
    pub row: u64,
    /// The commit before that one, 0 for none.
    pub last_commit: u64,
    /// Everything before this may be forgotten by the server once the records are durable.
    pub durable: u64,
    /// When that transaction committed, microseconds after 1970-01-01.
    pub committed_us: i64,
    /// Its id.
    pub transaction: u32,
}

/// What a message led to.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Records were made, or none were needed.
    Done,
    /// A relation came whose table is to be described before the next message.
    Describe(NewRelation),
}

/// Turns messages into records.
pub struct Changes {
    rendering: Rendering,
    generation: u32,
    /// Messages up to here were recorded before a restart; PostgreSQL repeats their transaction.
    done: (u64, u64),
    progress: Progress,
    /// None for a table that is passed over.
    tables: HashMap<u32, Option<Table>>,
}

impl Changes {
    /// Begin after `progress`, in a snapshot generation.
    pub fn new(rendering: Rendering, generation: u32, progress: Progress) -> Self {
        Self {
            rendering,
            generation,
            done: (progress.commit, progress.row),
            progress,
            tables: HashMap::new(),
        }
    }

    /// How far the messages have been taken.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// Note that the server has nothing for us before `end`: outside a transaction all of that may be forgotten.
    pub fn quiet(&mut self, end: u64) {
        self.progress.durable = self.progress.durable.max(end);
    }

    /// Describe a relation; returns the columns that are left out because their type is not rendered.
    pub fn describe(
        &mut self,
        relation: &NewRelation,
        description: &TableDescription,
    ) -> Result<Vec<String>> {
        let order = relation.columns();
        let table = Table::new(description, relation.identity, &order, &self.rendering)?;
        let left_out = table.left_out(&order);
        self.tables.insert(relation.id, Some(table));
        Ok(left_out)
    }

    /// Pass over a relation's changes from now on.
    pub fn pass_over(&mut self, relation: &NewRelation) {
        self.tables.insert(relation.id, None);
    }

    /// Take one message that stood at `lsn`; its records are appended to `records`.
    pub fn take(
        &mut self,
        message: &Message<'_>,
        lsn: u64,
        now_ns: i64,
        records: &mut Vec<Record>,
    ) -> Result<Outcome> {
        match message {
            Message::Begin {
                commit_lsn,
                committed,
                transaction,
            } => self.begin(*commit_lsn, *committed, *transaction),
            Message::Commit { end_lsn } => {
                self.progress.durable = self.progress.durable.max(*end_lsn);
            }
            Message::Relation(relation) => return Ok(Outcome::Describe(relation.into())),
            Message::Insert { relation, new } => {
                if let Some(event) = self.event(*relation, lsn, now_ns)? {
                    event.insert(new, records)?;
                }
            }
            Message::Update { relation, old, new } => {
                if let Some(event) = self.event(*relation, lsn, now_ns)? {
                    event.update(old.as_ref(), new, records)?;
                }
            }
            Message::Delete { relation, old } => {
                if let Some(event) = self.event(*relation, lsn, now_ns)? {
                    event.delete(old, &[], records)?;
                }
            }
            Message::Truncate { relations } => {
                for relation in relations {
                    if let Some(event) = self.event(*relation, lsn, now_ns)? {
                        event.truncate(records);
                    }
                }
            }
            Message::Other => {}
        }
        Ok(Outcome::Done)
    }

    fn begin(&mut self, commit: u64, committed: i64, transaction: u32) {
        if commit != self.progress.commit {
            self.progress.last_commit = self.progress.commit;
        }
        self.progress.commit = commit;
        self.progress.row = 0;
        self.progress.committed_us = committed.saturating_add(EPOCH_US);
        self.progress.transaction = transaction;
    }

    /// Count a message of a table; None when it was recorded before the restart, or is passed over. Those count too, so
    /// that positions do not depend on what is selected.
    fn event(&mut self, relation: u32, lsn: u64, now_ns: i64) -> Result<Option<Event<'_>>> {
        self.progress.row += 1;
        if (self.progress.commit, self.progress.row) <= self.done {
            return Ok(None);
        }
        let known = self.tables.get(&relation).ok_or_else(|| {
            Error::malformed(
                "pgoutput message",
                "a change of a table that was never described",
            )
        })?;
        let Some(table) = known else { return Ok(None) };
        let origin = Origin {
            committed_us: self.progress.committed_us,
            snapshot: Snapshot::No,
            last_commit: self.progress.last_commit,
            lsn,
            transaction: Some(self.progress.transaction),
            now_ns,
        };
        let position = position(self.generation, self.progress.commit, self.progress.row);
        Ok(Some(Event {
            table,
            rendering: &self.rendering,
            origin,
            position,
        }))
    }
}

/// Write a position: fixed widths, so that texts sort as positions do.
pub fn position(generation: u32, lsn: u64, row: u64) -> String {
    format!("{generation:08x}:{lsn:016x}:{row:010x}")
}

/// One message on its way to records.
struct Event<'a> {
    table: &'a Table,
    rendering: &'a Rendering,
    origin: Origin,
    position: String,
}

/// Extra headers of a record.
type Headers<'h> = &'h [(&'static str, &'h [u8])];

impl Event<'_> {
    fn insert(&self, new: &Tuple<'_>, records: &mut Vec<Record>) -> Result<()> {
        let key = self.table.key_payload(new)?;
        self.push(
            Operation::Create,
            key.as_deref(),
            &Rows {
                before: None,
                after: Some(new),
            },
            &[],
            records,
        );
        Ok(())
    }

    fn update(
        &self,
        old: Option<&Old<'_>>,
        new: &Tuple<'_>,
        records: &mut Vec<Record>,
    ) -> Result<()> {
        let new = filled_from(old, new);
        let key = self.table.key_payload(&new)?;
        let old_key = match old {
            Some(old) => self.table.key_payload(&old.row)?,
            None => None,
        };
        if let (Some(old), Some(old_key), Some(new_key)) = (old, &old_key, &key)
            && old_key != new_key
        {
            self.delete(old, &[("__debezium.newkey", new_key)], records)?;
            let rows = Rows {
                before: None,
                after: Some(&new),
            };
            self.push(
                Operation::Create,
                Some(new_key),
                &rows,
                &[("__debezium.oldkey", old_key)],
                records,
            );
            return Ok(());
        }
        let before = old.map(|old| (old.row.as_slice(), filled(old)));
        self.push(
            Operation::Update,
            key.as_deref(),
            &Rows {
                before,
                after: Some(&new),
            },
            &[],
            records,
        );
        Ok(())
    }

    fn delete(&self, old: &Old<'_>, headers: Headers<'_>, records: &mut Vec<Record>) -> Result<()> {
        let key = self.table.key_payload(&old.row)?;
        let rows = Rows {
            before: Some((&old.row, filled(old))),
            after: None,
        };
        let made = records.len();
        self.push(Operation::Delete, key.as_deref(), &rows, headers, records);
        if self.rendering.tombstones && records.len() > made {
            records.push(self.record(key.as_deref(), None, headers));
        }
        Ok(())
    }

    fn truncate(&self, records: &mut Vec<Record>) {
        self.push(
            Operation::Truncate,
            None,
            &Rows {
                before: None,
                after: None,
            },
            &[],
            records,
        );
    }

    fn push(
        &self,
        operation: Operation,
        key: Option<&[u8]>,
        rows: &Rows<'_>,
        headers: Headers<'_>,
        records: &mut Vec<Record>,
    ) {
        if self.rendering.skipped.contains(operation.letter()) {
            return;
        }
        let value = envelope::value(self.table, self.rendering, operation, rows, &self.origin);
        let mut record = self.record(key, Some(value), headers);
        if let Some(columns) = rows.after.and_then(|row| self.table.unavailable(row)) {
            record.headers.push((UNAVAILABLE, columns));
        }
        records.push(record);
    }

    fn record(&self, key: Option<&[u8]>, value: Option<Vec<u8>>, extra: Headers<'_>) -> Record {
        let mut headers: Vec<_> = extra
            .iter()
            .map(|(name, value)| (*name, value.to_vec()))
            .collect();
        headers.push((POSITION, self.position.clone().into_bytes()));
        Record {
            topic: self.table.topic.clone(),
            key: key.map(|payload| self.table.key_record(payload)),
            value,
            headers,
            timestamp: self.origin.committed_us.div_euclid(1000),
        }
    }
}

fn filled(old: &Old<'_>) -> Filled {
    if old.key_only {
        Filled::KeyOnly
    } else {
        Filled::Whole
    }
}

/// Under REPLICA IDENTITY FULL the old row holds what the new one does not repeat; so does an old key.
fn filled_from<'a>(old: Option<&Old<'a>>, new: &Tuple<'a>) -> Tuple<'a> {
    let Some(old) = old else { return new.clone() };
    let fill = |(cell, before): (&Cell<'a>, &Cell<'a>)| match (cell, before) {
        (Cell::Unchanged, Cell::Text(_)) => *before,
        _ => *cell,
    };
    if old.row.len() == new.len() {
        new.iter().zip(&old.row).map(fill).collect()
    } else {
        new.clone()
    }
}

/// Render one row of a snapshot.
pub fn snapshot_record(
    table: &Table,
    rendering: &Rendering,
    row: &[Cell<'_>],
    origin: &Origin,
    position: String,
) -> Result<Record> {
    let rows = Rows {
        before: None,
        after: Some(row),
    };
    let event = Event {
        table,
        rendering,
        origin: *origin,
        position,
    };
    let value = envelope::value(table, rendering, Operation::Read, &rows, origin);
    Ok(event.record(table.key_payload(row)?.as_deref(), Some(value), &[]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::debezium::ColumnDescription;
    use crate::pgoutput::{Column, Identity, Relation};

    fn changes(progress: Progress) -> Changes {
        let rendering = Rendering {
            prefix: "p".into(),
            database: "d".into(),
            version: "1".into(),
            key_schemas: false,
            value_schemas: false,
            tombstones: true,
            skipped: "t".into(),
            unavailable: "?".into(),
        };
        let mut changes = Changes::new(rendering, 1, progress);
        let column = |name: &str| ColumnDescription {
            name: name.into(),
            type_id: 25,
            modifier: -1,
            optional: false,
            default: None,
        };
        let description = TableDescription {
            topic: "p.s.t".into(),
            schema: "s".into(),
            name: "t".into(),
            columns: vec![column("a"), column("b"), column("c")],
            types: HashMap::new(),
            key: vec!["b".into(), "a".into()],
        };
        let left_out = changes.describe(&relation(7), &description).unwrap();
        assert!(left_out.is_empty());
        changes
    }

    fn relation(id: u32) -> NewRelation {
        let column = |name| Column {
            name,
            type_id: 25,
            modifier: -1,
            identifying: name != "c",
        };
        let relation = Relation {
            id,
            schema: "s",
            table: "t",
            identity: Identity::Key,
            columns: vec![column("a"), column("b"), column("c")],
        };
        (&relation).into()
    }

    fn take(changes: &mut Changes, message: &Message<'_>) -> Vec<Record> {
        let mut records = Vec::new();
        changes.take(message, 5, 0, &mut records).unwrap();
        records
    }

    fn begin(commit_lsn: u64) -> Message<'static> {
        Message::Begin {
            commit_lsn,
            committed: 0,
            transaction: 9,
        }
    }

    fn insert(b: &str) -> Message<'_> {
        Message::Insert {
            relation: 7,
            new: vec![Cell::Text("1"), Cell::Text(b)],
        }
    }

    #[test]
    fn a_changed_key_is_a_delete_a_tombstone_and_an_insert() {
        let mut changes = changes(Progress::default());
        take(&mut changes, &begin(10));
        let old = Some(Old {
            key_only: true,
            row: vec![Cell::Text("1"), Cell::Text("k")],
        });
        let new = vec![Cell::Text("2"), Cell::Text("k")];
        let records = take(
            &mut changes,
            &Message::Update {
                relation: 7,
                old,
                new,
            },
        );
        let keys: Vec<_> = records
            .iter()
            .map(|record| record.key.as_deref().unwrap())
            .collect();
        assert_eq!(
            keys,
            [
                &br#"{"b":"k","a":"1"}"#[..],
                br#"{"b":"k","a":"1"}"#,
                br#"{"b":"k","a":"2"}"#
            ]
        );
        assert_eq!(records[1].value, None);
        assert_eq!(
            records[0].headers[0],
            ("__debezium.newkey", br#"{"b":"k","a":"2"}"#.to_vec())
        );
        assert_eq!(
            records[2].headers[0],
            ("__debezium.oldkey", br#"{"b":"k","a":"1"}"#.to_vec())
        );
    }

    #[test]
    fn a_repeated_transaction_goes_on_where_it_stopped() {
        let mut changes = changes(Progress {
            commit: 10,
            row: 1,
            ..Progress::default()
        });
        take(&mut changes, &begin(10));
        assert!(take(&mut changes, &insert("x")).is_empty());
        let records = take(&mut changes, &insert("y"));
        assert_eq!(
            records[0].headers[0].1,
            b"00000001:000000000000000a:0000000002"
        );
    }

    #[test]
    fn what_is_passed_over_counts_in_positions() {
        let mut changes = changes(Progress::default());
        changes.pass_over(&relation(8));
        take(&mut changes, &begin(10));
        let other = Message::Insert {
            relation: 8,
            new: vec![Cell::Text("1"), Cell::Text("x")],
        };
        assert!(take(&mut changes, &other).is_empty());
        let records = take(&mut changes, &insert("x"));
        assert!(records[0].headers[0].1.ends_with(b":0000000002"));
        changes.pass_over(&relation(7));
        assert!(take(&mut changes, &insert("y")).is_empty());
    }

    #[test]
    fn unchanged_values_are_listed() {
        let mut changes = changes(Progress::default());
        take(&mut changes, &begin(10));
        let new = vec![Cell::Text("1"), Cell::Text("k"), Cell::Unchanged];
        let records = take(
            &mut changes,
            &Message::Update {
                relation: 7,
                old: None,
                new,
            },
        );
        assert!(
            records[0]
                .headers
                .contains(&(UNAVAILABLE, br#"["c"]"#.to_vec()))
        );
    }

    #[test]
    fn a_row_that_lacks_its_key_is_refused() {
        let mut changes = changes(Progress::default());
        take(&mut changes, &begin(10));
        let old = Old {
            key_only: true,
            row: vec![Cell::Text("1"), Cell::Null],
        };
        let gone = Message::Delete { relation: 7, old };
        assert!(changes.take(&gone, 5, 0, &mut Vec::new()).is_err());
    }

    #[test]
    fn truncates_are_skipped_by_default() {
        let mut changes = changes(Progress::default());
        take(&mut changes, &begin(10));
        assert!(take(&mut changes, &Message::Truncate { relations: vec![7] }).is_empty());
    }
}
