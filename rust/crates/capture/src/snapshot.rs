//! A table's rows at an exported snapshot, copied out as text and rendered as `r` events.

use crate::changes::{Record, position, snapshot_record};
use crate::debezium::{Origin, Rendering, Snapshot, Table, TableDescription};
use crate::error::{Error, Result};
use crate::pgoutput::{Cell, Identity};
use crate::postgres::frame;
use crate::postgres::session::{Next, Session};
use crate::stream::{Limits, now_ns, quoted};

/// Where a snapshot stands: which it is, and what it shows.
#[derive(Debug, Clone, Copy)]
pub struct Standpoint {
    /// Its generation.
    pub generation: u32,
    /// The stream begins here; every commit before it is shown.
    pub consistent_point: u64,
    /// When it was taken, microseconds after 1970-01-01.
    pub taken_us: i64,
    /// How many rows of earlier tables were read.
    pub rows_before: u64,
    /// Whether this is the first table.
    pub first_table: bool,
    /// Whether this is the last table.
    pub last_table: bool,
}

/// One table's copy in progress. A row is held back, because the last one is marked.
pub struct TableCopy {
    session: Session,
    table: Table,
    rendering: Rendering,
    standpoint: Standpoint,
    held: Option<Vec<u8>>,
    rows: u64,
    ended: bool,
    left_out: Vec<String>,
}

impl TableCopy {
    /// Begin to copy; the session is inside a transaction that shows the snapshot.
    pub fn start(
        mut session: Session,
        description: &TableDescription,
        rendering: Rendering,
        standpoint: Standpoint,
    ) -> Result<Self> {
        let order = description.order();
        // A snapshot holds whole rows of the catalogue's own moment.
        let table = Table::new(description, Identity::Full, &order, &rendering)?;
        let left_out = table.left_out(&order);
        let names: Vec<_> = description
            .columns
            .iter()
            .map(|column| quoted(&column.name, '"'))
            .collect();
        let place = format!(
            "{}.{}",
            quoted(&description.schema, '"'),
            quoted(&description.name, '"')
        );
        session.begin_copy(&format!(
            "COPY (SELECT {} FROM ONLY {place}) TO STDOUT",
            names.join(", ")
        ))?;
        Ok(Self {
            session,
            table,
            rendering,
            standpoint,
            held: None,
            rows: 0,
            ended: false,
            left_out,
        })
    }

    /// The columns that are left out because their type is not rendered.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// How many rows were rendered.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Give the session back for the next table.
    pub fn finish(self) -> Session {
        self.session
    }

    /// Render rows up to the limits; an empty batch means the table is done.
    pub fn next_batch(&mut self, limits: Limits) -> Result<Vec<Record>> {
        let mut records = Vec::new();
        let mut bytes = 0;
        while records.len() < limits.records && bytes < limits.bytes && !self.ended {
            let patience = self.session.timeout();
            match self.session.next(patience)? {
                Next::Message(b'd', body) => {
                    let line = body.strip_suffix(b"\n").unwrap_or(body).to_vec();
                    if let Some(before) = self.held.replace(line) {
                        let record = self.render(&before, false)?;
                        bytes += record.size();
                        records.push(record);
                    }
                }
                Next::Message(b'Z', _) => self.ended = true,
                Next::Message(b'E', body) => return Err(frame::server_error(body)),
                Next::Message(..) | Next::Part => {}
                Next::Nothing => {
                    return Err(Error::Unreachable(
                        "the database stopped in the middle of a copy".into(),
                    ));
                }
            }
        }
        if self.ended
            && let Some(last) = self.held.take()
        {
            records.push(self.render(&last, true)?);
        }
        Ok(records)
    }

    fn render(&mut self, line: &[u8], last: bool) -> Result<Record> {
        let texts = split(line)?;
        let row: Vec<_> = texts
            .iter()
            .map(|text| text.as_deref().map_or(Cell::Null, Cell::Text))
            .collect();
        let origin = Origin {
            committed_us: self.standpoint.taken_us,
            snapshot: self.marker(last),
            last_commit: 0,
            lsn: self.standpoint.consistent_point,
            transaction: None,
            now_ns: now_ns(),
        };
        self.rows += 1;
        let row_number = self.standpoint.rows_before + self.rows;
        // Everything shown was committed before the point, so the rows sort below whatever commits at it.
        let position = position(
            self.standpoint.generation,
            self.standpoint.consistent_point.saturating_sub(1),
            row_number,
        );
        snapshot_record(&self.table, &self.rendering, &row, &origin, position)
    }

    fn marker(&self, last: bool) -> Snapshot {
        match (last, self.rows == 0) {
            (true, _) if self.standpoint.last_table => Snapshot::Last,
            (_, true) if self.standpoint.first_table => Snapshot::First,
            (true, _) => Snapshot::LastInCollection,
            (_, true) => Snapshot::FirstInCollection,
            _ => Snapshot::Middle,
        }
    }
}

/// Split a line of COPY's text format into values; None is NULL.
fn split(line: &[u8]) -> Result<Vec<Option<String>>> {
    if line.is_empty() {
        return Ok(vec![Some(String::new())]);
    }
    line.split(|byte| *byte == b'\t')
        .map(|field| {
            if field == b"\\N" {
                return Ok(None);
            }
            String::from_utf8(unescaped(field))
                .map(Some)
                .map_err(|_| Error::malformed("copy row", "value is not UTF-8"))
        })
        .collect()
}

fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(field.len());
    let mut bytes = field.iter();
    while let Some(byte) = bytes.next() {
        if *byte != b'\\' {
            out.push(*byte);
            continue;
        }
        match bytes.next() {
            Some(b'b') => out.push(8),
            Some(b'f') => out.push(12),
            Some(b'n') => out.push(b'\n'),
            Some(b'r') => out.push(b'\r'),
            Some(b't') => out.push(b'\t'),
            Some(b'v') => out.push(11),
            Some(other) => out.push(*other),
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_and_nulls() {
        let row = split(b"a\\tb\t\\N\t\\\\x00\t").unwrap();
        assert_eq!(
            row,
            [
                Some("a\tb".into()),
                None,
                Some("\\x00".into()),
                Some(String::new())
            ]
        );
    }

    proptest! {
        #[test]
        fn any_line_never_panics(line in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = split(&line);
        }
    }
}
