//! One event: the envelope around a row before and a row after.

use crate::debezium::json::{push_integer, push_string};
use crate::debezium::table::{Filled, Rendering, Table, wrapped};
use crate::pgoutput::Cell;

/// What happened, in Debezium's letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// A row of a snapshot.
    Read,
    /// A new row.
    Create,
    /// A changed row.
    Update,
    /// A row is gone.
    Delete,
    /// The table was emptied.
    Truncate,
}

impl Operation {
    /// Its letter.
    pub fn letter(self) -> char {
        match self {
            Self::Read => 'r',
            Self::Create => 'c',
            Self::Update => 'u',
            Self::Delete => 'd',
            Self::Truncate => 't',
        }
    }
}

/// Where a row stands in its snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Snapshot {
    /// In no snapshot: it was streamed.
    No,
    /// The first row of all.
    First,
    /// The first row of its table.
    FirstInCollection,
    /// A row between.
    Middle,
    /// The last row of its table.
    LastInCollection,
    /// The last row of all.
    Last,
}

impl Snapshot {
    fn word(self) -> &'static str {
        match self {
            Self::No => "false",
            Self::First => "first",
            Self::FirstInCollection => "first_in_data_collection",
            Self::Middle => "true",
            Self::LastInCollection => "last_in_data_collection",
            Self::Last => "last",
        }
    }
}

/// Where an event comes from. Times count from 1970-01-01.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    /// The commit's time, microseconds.
    pub committed_us: i64,
    /// Its place in a snapshot.
    pub snapshot: Snapshot,
    /// The commit before this one, 0 for none.
    pub last_commit: u64,
    /// Where the change stands in the log.
    pub lsn: u64,
    /// The transaction; None in a snapshot.
    pub transaction: Option<u32>,
    /// When the event was made, nanoseconds.
    pub now_ns: i64,
}

/// The rows of one change.
pub struct Rows<'a> {
    /// Before, and which of its cells are filled.
    pub before: Option<(&'a [Cell<'a>], Filled)>,
    /// After.
    pub after: Option<&'a [Cell<'a>]>,
}

/// Write a whole value record.
pub fn value(
    table: &Table,
    rendering: &Rendering,
    operation: Operation,
    rows: &Rows<'_>,
    origin: &Origin,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(768);
    out.extend_from_slice(b"{\"before\":");
    match rows.before {
        None => out.extend_from_slice(b"null"),
        Some((row, filled)) => table.push_row(&mut out, row, filled, &rendering.unavailable),
    }
    out.extend_from_slice(b",\"after\":");
    match rows.after {
        None => out.extend_from_slice(b"null"),
        Some(row) => table.push_row(&mut out, row, Filled::Whole, &rendering.unavailable),
    }
    push_source(&mut out, table, rendering, origin);
    out.extend_from_slice(b",\"transaction\":null,\"op\":\"");
    out.push(operation.letter() as u8);
    out.extend_from_slice(b"\",\"ts_ms\":");
    push_integer(&mut out, origin.now_ns / 1_000_000);
    out.extend_from_slice(b",\"ts_us\":");
    push_integer(&mut out, origin.now_ns / 1000);
    out.extend_from_slice(b",\"ts_ns\":");
    push_integer(&mut out, origin.now_ns);
    out.push(b'}');
    match &table.value_schema {
        None => out,
        schema => wrapped(schema.as_deref(), &out),
    }
}

fn push_source(out: &mut Vec<u8>, table: &Table, rendering: &Rendering, origin: &Origin) {
    out.extend_from_slice(b",\"source\":{\"version\":");
    push_string(out, &rendering.version);
    out.extend_from_slice(b",\"connector\":\"postgresql\",\"name\":");
    push_string(out, &rendering.prefix);
    out.extend_from_slice(b",\"ts_ms\":");
    push_integer(out, origin.committed_us.div_euclid(1000));
    out.extend_from_slice(b",\"snapshot\":\"");
    out.extend_from_slice(origin.snapshot.word().as_bytes());
    out.extend_from_slice(b"\",\"db\":");
    push_string(out, &rendering.database);
    let last = if origin.last_commit == 0 {
        "null".into()
    } else {
        format!("\\\"{}\\\"", origin.last_commit)
    };
    out.extend_from_slice(
        format!(
            ",\"sequence\":\"[{last},\\\"{}\\\"]\",\"ts_us\":",
            origin.lsn
        )
        .as_bytes(),
    );
    push_integer(out, origin.committed_us);
    out.extend_from_slice(b",\"ts_ns\":");
    push_integer(out, origin.committed_us.saturating_mul(1000));
    out.extend_from_slice(table.place.as_bytes());
    out.extend_from_slice(b",\"txId\":");
    match origin.transaction {
        None => out.extend_from_slice(b"null"),
        Some(transaction) => push_integer(out, transaction.into()),
    }
    out.extend_from_slice(b",\"lsn\":");
    push_integer(out, origin.lsn.cast_signed());
    out.extend_from_slice(b",\"xmin\":null,\"origin\":null,\"origin_lsn\":null}");
}
