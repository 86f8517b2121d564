//! Whatever values a well-formed stream brings, its events are JSON and nothing panics.
#![allow(clippy::unwrap_used, missing_docs)]

use proptest::prelude::*;
use std::collections::HashMap;
use tallystick_capture::changes::{Changes, Outcome, Progress, Record};
use tallystick_capture::debezium::{ColumnDescription, Rendering, TableDescription};
use tallystick_capture::pgoutput::{self, Cell, Column, Identity, Message, Old, Relation};

/// A type of each kind, by the object id that every server knows it by.
const TYPES: [u32; 19] = [
    16, 17, 20, 23, 25, 700, 701, 1043, 1082, 1083, 1114, 1184, 1186, 1266, 1700, 2950, 3802, 869,
    3912,
];

fn rendering() -> Rendering {
    Rendering {
        prefix: "p".into(),
        database: "d".into(),
        version: "1".into(),
        key_schemas: true,
        value_schemas: true,
        tombstones: true,
        skipped: String::new(),
        unavailable: "?".into(),
    }
}

fn changes(types: &[(u32, i32)]) -> Changes {
    let mut changes = Changes::new(rendering(), 1, Progress::default());
    let names: Vec<_> = (0..types.len())
        .map(|index| format!("c\"{index}"))
        .collect();
    let columns = names
        .iter()
        .zip(types)
        .map(|(name, (type_id, modifier))| Column {
            name,
            type_id: *type_id,
            modifier: *modifier,
            identifying: true,
        });
    let relation = Relation {
        id: 7,
        schema: "s",
        table: "t",
        identity: Identity::Full,
        columns: columns.collect(),
    };
    let described = names.iter().map(|name| ColumnDescription {
        name: name.clone(),
        type_id: 25,
        modifier: -1,
        optional: true,
        default: Some("'1'::text".into()),
    });
    let description = TableDescription {
        topic: "p.s.t".into(),
        schema: "s".into(),
        name: "t".into(),
        columns: described.collect(),
        types: HashMap::new(),
        key: vec![names[0].clone()],
    };
    match take(&mut changes, &Message::Relation(relation)).0 {
        Outcome::Describe(relation) => changes
            .describe(&relation, &description)
            .map(|_| ())
            .unwrap(),
        Outcome::Done => unreachable!("a relation asks for its description"),
    }
    changes
}

fn take(changes: &mut Changes, message: &Message<'_>) -> (Outcome, Vec<Record>) {
    let mut records = Vec::new();
    let outcome = changes.take(message, 1, 1, &mut records).unwrap();
    (outcome, records)
}

fn cell(value: Option<&Option<String>>) -> Cell<'_> {
    match value {
        None => Cell::Unchanged,
        Some(None) => Cell::Null,
        Some(Some(text)) => Cell::Text(text),
    }
}

fn value() -> impl Strategy<Value = Option<Option<String>>> {
    let text = prop_oneof![
        ".{0,30}",
        "-?[0-9]{1,40}(\\.[0-9]{0,20})?",
        "[0-9]{4,6}-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?(\\+00)?( BC)?",
        "\\\\x([0-9a-f]{2}){0,9}",
        "(-?infinity|NaN|t|f)",
        "P[0-9]{1,9}Y-?[0-9]{1,9}MT[0-9]{1,9}H-?[0-9]{1,5}\\.[0-9]{1,6}S",
    ];
    prop::option::of(prop::option::of(text))
}

proptest! {
    #[test]
    fn events_are_json(
        columns in prop::collection::vec((prop::sample::select(&TYPES[..]), -1i32..400_000, value(), value()), 1..8),
        keyed in any::<bool>(),
    ) {
        let types: Vec<_> = columns.iter().map(|(type_id, modifier, _, _)| (*type_id, *modifier)).collect();
        let mut changes = changes(&types);
        let mut old: Vec<_> = columns.iter().map(|(_, _, old, _)| cell(old.as_ref())).collect();
        let mut new: Vec<_> = columns.iter().map(|(_, _, _, new)| cell(new.as_ref())).collect();
        // A row always holds its key.
        for row in [&mut old, &mut new] {
            if !matches!(row[0], Cell::Text(_)) {
                row[0] = Cell::Text("1");
            }
        }
        take(&mut changes, &Message::Begin { commit_lsn: 9, committed: i64::MAX, transaction: 3 });
        let updated = Message::Update { relation: 7, old: Some(Old { key_only: keyed, row: old }), new: new.clone() };
        let mut records = take(&mut changes, &updated).1;
        records.extend(take(&mut changes, &Message::Insert { relation: 7, new }).1);
        prop_assert!(!records.is_empty());
        for record in records {
            for part in [record.key, record.value].into_iter().flatten() {
                serde_json::from_slice::<serde_json::Value>(&part).unwrap();
            }
        }
    }

    #[test]
    fn any_message_is_taken_or_refused(bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..80), 1..6)) {
        let mut changes = changes(&[(25, -1), (23, -1)]);
        for body in bodies {
            if let Ok(message) = pgoutput::decode(&body) {
                let _ = changes.take(&message, 1, 1, &mut Vec::new());
            }
        }
    }
}
