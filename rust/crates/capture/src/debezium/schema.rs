//! Connect's schema JSON of keys and envelopes, made once a table version. Members stand in `JsonConverter`'s order.

use crate::debezium::field::FieldType;
use crate::debezium::json::string;

/// What a schema says of one column.
pub struct Member<'a> {
    /// The column's name.
    pub name: &'a str,
    /// Its semantic type.
    pub field: &'a FieldType,
    /// Whether it may be null.
    pub optional: bool,
    /// The JSON of its default.
    pub default: Option<&'a str>,
}

/// The schema of a key struct.
pub fn key(topic: &str, members: &[Member<'_>]) -> String {
    let fields = columns(members);
    format!(
        "{{\"type\":\"struct\",\"fields\":[{fields}],\"optional\":false,\"name\":{}}}",
        string(&format!("{topic}.Key"))
    )
}

/// The schema of an envelope.
pub fn envelope(topic: &str, members: &[Member<'_>]) -> String {
    let fields = columns(members);
    let value = string(&format!("{topic}.Value"));
    let row = |place: &str| {
        format!(
            "{{\"type\":\"struct\",\"fields\":[{fields}],\"optional\":true,\"name\":{value},\"field\":\"{place}\"}}"
        )
    };
    let name = string(&format!("{topic}.Envelope"));
    format!(
        "{{\"type\":\"struct\",\"fields\":[{},{},{SOURCE},{TRANSACTION},{},{},{},{}],\"optional\":false,\"name\":{name},\"version\":2}}",
        row("before"),
        row("after"),
        plain("string", false, "op"),
        plain("int64", true, "ts_ms"),
        plain("int64", true, "ts_us"),
        plain("int64", true, "ts_ns"),
    )
}

const SOURCE: &str = concat!(
    r#"{"type":"struct","fields":[{"type":"string","optional":false,"field":"version"},"#,
    r#"{"type":"string","optional":false,"field":"connector"},{"type":"string","optional":false,"field":"name"},"#,
    r#"{"type":"int64","optional":false,"field":"ts_ms"},"#,
    r#"{"type":"string","optional":true,"name":"io.debezium.data.Enum","version":1,"parameters":{"allowed":"#,
    r#""true,first,first_in_data_collection,last_in_data_collection,last,false,incremental"},"#,
    r#""default":"false","field":"snapshot"},{"type":"string","optional":false,"field":"db"},"#,
    r#"{"type":"string","optional":true,"field":"sequence"},{"type":"int64","optional":true,"field":"ts_us"},"#,
    r#"{"type":"int64","optional":true,"field":"ts_ns"},{"type":"string","optional":false,"field":"schema"},"#,
    r#"{"type":"string","optional":false,"field":"table"},{"type":"int64","optional":true,"field":"txId"},"#,
    r#"{"type":"int64","optional":true,"field":"lsn"},{"type":"int64","optional":true,"field":"xmin"},"#,
    r#"{"type":"string","optional":true,"field":"origin"},{"type":"int64","optional":true,"field":"origin_lsn"}],"#,
    r#""optional":false,"name":"io.debezium.connector.postgresql.Source","version":1,"field":"source"}"#,
);

const TRANSACTION: &str = concat!(
    r#"{"type":"struct","fields":[{"type":"string","optional":false,"field":"id"},"#,
    r#"{"type":"int64","optional":false,"field":"total_order"},"#,
    r#"{"type":"int64","optional":false,"field":"data_collection_order"}],"#,
    r#""optional":true,"name":"event.block","version":1,"field":"transaction"}"#,
);

const VARIABLE_DECIMAL: &str = concat!(
    r#""fields":[{"type":"int32","optional":false,"field":"scale"},"#,
    r#"{"type":"bytes","optional":false,"field":"value"}],"#,
);

fn plain(word: &str, optional: bool, name: &str) -> String {
    format!("{{\"type\":\"{word}\",\"optional\":{optional},\"field\":\"{name}\"}}")
}

fn columns(members: &[Member<'_>]) -> String {
    members.iter().map(column).collect::<Vec<_>>().join(",")
}

fn column(member: &Member<'_>) -> String {
    let fields = if *member.field == FieldType::VariableDecimal {
        VARIABLE_DECIMAL
    } else {
        ""
    };
    let default = member
        .default
        .map(|json| format!(",\"default\":{json}"))
        .unwrap_or_default();
    let doc = if *member.field == FieldType::VariableDecimal {
        ",\"doc\":\"Variable scaled decimal\""
    } else {
        ""
    };
    format!(
        "{{\"type\":\"{}\",{fields}\"optional\":{}{}{default}{doc},\"field\":{}}}",
        word(member.field),
        member.optional,
        semantic(member.field),
        string(member.name),
    )
}

fn word(field: &FieldType) -> &'static str {
    match field {
        FieldType::Boolean => "boolean",
        FieldType::Integer(word) => word,
        FieldType::Float => "float",
        FieldType::Double => "double",
        FieldType::Decimal { .. } | FieldType::Bytes => "bytes",
        FieldType::VariableDecimal => "struct",
        FieldType::Text
        | FieldType::Named(_)
        | FieldType::Enum(_)
        | FieldType::ZonedTimestamp(_)
        | FieldType::ZonedTime => "string",
        FieldType::Date | FieldType::Time => "int32",
        FieldType::MicroTime
        | FieldType::Timestamp
        | FieldType::MicroTimestamp
        | FieldType::MicroDuration => "int64",
    }
}

fn semantic(field: &FieldType) -> String {
    let named = |name: &str| format!(",\"name\":\"{name}\",\"version\":1");
    match field {
        FieldType::Decimal { precision, scale } => format!(
            "{},\"parameters\":{{\"scale\":\"{scale}\",\"connect.decimal.precision\":\"{precision}\"}}",
            named("org.apache.kafka.connect.data.Decimal")
        ),
        FieldType::VariableDecimal => named("io.debezium.data.VariableScaleDecimal"),
        FieldType::Named(name) => named(name),
        FieldType::Enum(labels) => {
            format!(
                "{},\"parameters\":{{\"allowed\":{}}}",
                named("io.debezium.data.Enum"),
                string(&labels.join(","))
            )
        }
        FieldType::Date => named("io.debezium.time.Date"),
        FieldType::Time => named("io.debezium.time.Time"),
        FieldType::MicroTime => named("io.debezium.time.MicroTime"),
        FieldType::Timestamp => named("io.debezium.time.Timestamp"),
        FieldType::MicroTimestamp => named("io.debezium.time.MicroTimestamp"),
        FieldType::ZonedTimestamp(_) => named("io.debezium.time.ZonedTimestamp"),
        FieldType::ZonedTime => named("io.debezium.time.ZonedTime"),
        FieldType::MicroDuration => named("io.debezium.time.MicroDuration"),
        _ => String::new(),
    }
}
