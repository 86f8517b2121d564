//! Which cells are a row's key. The log marks the columns that identify rows, the catalogue knows the key's order.

use crate::debezium::description::TableDescription;
use crate::error::{Error, Result};
use crate::pgoutput::{Column, Identity};

const WAY_OUT: &str = "stop the connector and delete its offsets, so that it begins with a new snapshot, or exclude \
                       the table in table.exclude.list";

/// The key's places among `order`, the log's columns; empty for a table without a key.
///
/// The catalogue may have moved on since: where the two differ, the log is right. What neither can tell is refused,
/// because a wrong key cannot be mended later. A log of whole rows marks no key: there the catalogue's word is taken.
pub fn key(
    description: &TableDescription,
    identity: Identity,
    order: &[Column<'_>],
) -> Result<Vec<usize>> {
    let place = |name: &String| order.iter().position(|column| column.name == *name);
    let known = !description.columns.is_empty();
    let today: Option<Vec<_>> = if known {
        description.key.iter().map(place).collect()
    } else {
        None
    };
    let marked: Vec<_> = (0..order.len())
        .filter(|index| order[*index].identifying)
        .collect();
    let table = format!("{}.{}", description.schema, description.name);
    match (identity, today) {
        (Identity::Key, today) if !marked.is_empty() => today
            .filter(|key| same(key, &marked))
            .or_else(|| (marked.len() == 1).then_some(marked))
            .ok_or_else(|| changed(&table)),
        (Identity::Index, Some(key))
            if key.is_empty() || key.iter().any(|index| !marked.contains(index)) =>
        {
            Err(Error::Misconfigured(format!(
                "the replica identity of {table} lacks columns of its primary key, so its deletes would have no key; \
                 set REPLICA IDENTITY DEFAULT or FULL, then {WAY_OUT}"
            )))
        }
        (Identity::Key | Identity::Nothing, Some(key)) if key.is_empty() => {
            Err(Error::Misconfigured(format!(
                "{table} has lost its primary key, or has a DEFERRABLE one, so PostgreSQL refuses its updates and \
                 deletes while it is captured; give it a key and restart the connector, or exclude the table in \
                 table.exclude.list"
            )))
        }
        (_, today) => today.ok_or_else(|| changed(&table)),
    }
}

fn same(key: &[usize], marked: &[usize]) -> bool {
    key.len() == marked.len() && key.iter().all(|index| marked.contains(index))
}

fn changed(table: &str) -> Error {
    Error::Misconfigured(format!(
        "the definition of {table} was changed (ALTER TABLE or DROP TABLE) before its earlier changes were read, and \
         what its primary key was can no longer be told; {WAY_OUT}"
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::debezium::description::ColumnDescription;
    use std::collections::HashMap;

    fn table(columns: &[&str], key: &[&str]) -> TableDescription {
        let column = |name: &&str| ColumnDescription {
            name: (*name).into(),
            type_id: 23,
            modifier: -1,
            optional: true,
            default: None,
        };
        TableDescription {
            topic: "p.s.t".into(),
            schema: "s".into(),
            name: "t".into(),
            columns: columns.iter().map(column).collect(),
            types: HashMap::new(),
            key: key.iter().map(|name| (*name).into()).collect(),
        }
    }

    /// Columns of the log; a star marks one that identifies rows.
    fn log(names: &[&'static str]) -> Vec<Column<'static>> {
        let column = |name: &&'static str| Column {
            name: name.trim_start_matches('*'),
            type_id: 23,
            modifier: -1,
            identifying: name.starts_with('*'),
        };
        names.iter().map(column).collect()
    }

    fn found(
        today: &TableDescription,
        identity: Identity,
        names: &[&'static str],
    ) -> Option<Vec<usize>> {
        key(today, identity, &log(names)).ok()
    }

    #[test]
    fn the_catalogue_orders_what_the_log_marks() {
        let today = table(&["a", "b"], &["b", "a"]);
        assert_eq!(
            found(&today, Identity::Key, &["*a", "*b"]),
            Some(vec![1, 0])
        );
        assert_eq!(
            found(&today, Identity::Full, &["*a", "*b"]),
            Some(vec![1, 0])
        );
    }

    #[test]
    fn the_log_is_right_where_they_differ() {
        let rekeyed = table(&["a", "b"], &["b"]);
        assert_eq!(found(&rekeyed, Identity::Key, &["*a", "b"]), Some(vec![0]));
        let renamed = table(&["z", "b"], &["z"]);
        assert_eq!(found(&renamed, Identity::Key, &["*a", "b"]), Some(vec![0]));
        let dropped = table(&[], &[]);
        assert_eq!(found(&dropped, Identity::Key, &["*a", "b"]), Some(vec![0]));
    }

    #[test]
    fn what_neither_can_tell_is_refused() {
        let dropped = table(&[], &[]);
        assert_eq!(found(&dropped, Identity::Key, &["*a", "*b"]), None);
        assert_eq!(found(&dropped, Identity::Full, &["*a"]), None);
        let renamed = table(&["z", "b"], &["z", "b"]);
        assert_eq!(found(&renamed, Identity::Key, &["*a", "*b"]), None);
        assert_eq!(found(&renamed, Identity::Full, &["*a", "*b"]), None);
    }

    #[test]
    fn a_table_without_a_key_gives_whole_rows_or_is_refused() {
        let loose = table(&["a"], &[]);
        assert_eq!(found(&loose, Identity::Full, &["*a"]), Some(vec![]));
        assert_eq!(found(&loose, Identity::Key, &["a"]), None);
        assert_eq!(found(&loose, Identity::Nothing, &["a"]), None);
        let mended = table(&["a"], &["a"]);
        assert_eq!(found(&mended, Identity::Key, &["a"]), Some(vec![0]));
    }

    #[test]
    fn an_index_is_to_hold_the_key() {
        let today = table(&["a", "b"], &["a"]);
        assert_eq!(found(&today, Identity::Index, &["*a", "*b"]), Some(vec![0]));
        assert_eq!(found(&today, Identity::Index, &["a", "*b"]), None);
        let loose = table(&["a", "b"], &[]);
        assert_eq!(found(&loose, Identity::Index, &["*a", "b"]), None);
    }
}
