//! A column's semantic type: how its value is written, and how Connect's schema names it.

use crate::debezium::json::{push_integer, push_string, string};
use crate::debezium::{number, temporal};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Numerics carry precision and scale in their modifier, above an offset of four.
const MODIFIER_OFFSET: i32 = 4;

/// The semantic type of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldType {
    /// `boolean`.
    Boolean,
    /// A whole number; the word is Connect's.
    Integer(&'static str),
    /// `real`.
    Float,
    /// `double precision`.
    Double,
    /// `numeric(precision, scale)`.
    Decimal {
        /// Digits in all.
        precision: i32,
        /// Digits after the point.
        scale: i32,
    },
    /// `numeric` without a scale: each value brings its own.
    VariableDecimal,
    /// Text without a semantic name.
    Text,
    /// Text with one.
    Named(&'static str),
    /// One of a list of labels.
    Enum(Vec<String>),
    /// `bytea`.
    Bytes,
    /// Days.
    Date,
    /// Time of day in milliseconds.
    Time,
    /// Time of day in microseconds.
    MicroTime,
    /// Timestamp in milliseconds.
    Timestamp,
    /// Timestamp in microseconds.
    MicroTimestamp,
    /// `timestamptz` with so many fraction digits.
    ZonedTimestamp(usize),
    /// `timetz`.
    ZonedTime,
    /// `interval`.
    MicroDuration,
}

/// The name of a built-in type, whose object id is the same in every database.
pub fn built_in(type_id: u32) -> Option<&'static str> {
    Some(match type_id {
        16 => "bool",
        17 => "bytea",
        18 => "char",
        19 => "name",
        20 => "int8",
        21 => "int2",
        23 => "int4",
        25 => "text",
        26 => "oid",
        114 => "json",
        142 => "xml",
        650 => "cidr",
        700 => "float4",
        701 => "float8",
        774 => "macaddr8",
        829 => "macaddr",
        869 => "inet",
        1042 => "bpchar",
        1043 => "varchar",
        1082 => "date",
        1083 => "time",
        1114 => "timestamp",
        1184 => "timestamptz",
        1186 => "interval",
        1266 => "timetz",
        1700 => "numeric",
        2950 => "uuid",
        3614 => "tsvector",
        3802 => "jsonb",
        3904 => "int4range",
        3906 => "numrange",
        3908 => "tsrange",
        3910 => "tstzrange",
        3912 => "daterange",
        3926 => "int8range",
        _ => return None,
    })
}

impl FieldType {
    /// The type of a column, from its catalogue type's name and modifier; None for a type that is not rendered.
    pub fn of(type_name: &str, modifier: i32, labels: &[String]) -> Option<Self> {
        if !labels.is_empty() {
            return Some(Self::Enum(labels.to_vec()));
        }
        Some(match type_name {
            "bool" => Self::Boolean,
            "int2" => Self::Integer("int16"),
            "int4" => Self::Integer("int32"),
            "int8" | "oid" => Self::Integer("int64"),
            "float4" => Self::Float,
            "float8" => Self::Double,
            "numeric" => Self::numeric(modifier),
            "bpchar" | "varchar" | "text" | "citext" | "name" | "char" | "inet" | "cidr"
            | "macaddr" | "macaddr8" => Self::Text,
            "int4range" | "int8range" | "numrange" | "tsrange" | "tstzrange" | "daterange" => {
                Self::Text
            }
            "uuid" => Self::Named("io.debezium.data.Uuid"),
            "json" | "jsonb" => Self::Named("io.debezium.data.Json"),
            "xml" => Self::Named("io.debezium.data.Xml"),
            "ltree" => Self::Named("io.debezium.data.Ltree"),
            "tsvector" => Self::Named("io.debezium.data.Tsvector"),
            "bytea" => Self::Bytes,
            "date" => Self::Date,
            "time" if (0..=3).contains(&modifier) => Self::Time,
            "time" => Self::MicroTime,
            "timestamp" if (0..=3).contains(&modifier) => Self::Timestamp,
            "timestamp" => Self::MicroTimestamp,
            "timestamptz" => Self::ZonedTimestamp(usize::try_from(modifier).unwrap_or(6).min(6)),
            "timetz" => Self::ZonedTime,
            "interval" => Self::MicroDuration,
            _ => return None,
        })
    }

    fn numeric(modifier: i32) -> Self {
        if modifier < MODIFIER_OFFSET {
            return Self::VariableDecimal;
        }
        let packed = modifier - MODIFIER_OFFSET;
        // The scale is an eleven-bit signed number since PostgreSQL 15.
        let scale = ((packed & 0x7ff) ^ 1024) - 1024;
        Self::Decimal {
            precision: packed >> 16 & 0xffff,
            scale,
        }
    }

    /// Append the JSON of a value given as PostgreSQL's text; null for what the type cannot express (NaN, Infinity).
    pub fn push_value(&self, out: &mut Vec<u8>, text: &str) {
        if self.try_push(out, text).is_none() {
            out.extend_from_slice(b"null");
        }
    }

    fn try_push(&self, out: &mut Vec<u8>, text: &str) -> Option<()> {
        match self {
            Self::Boolean => out.extend_from_slice(if text == "t" { b"true" } else { b"false" }),
            Self::Integer(_) => push_integer(out, text.parse().ok()?),
            Self::Float => out.extend_from_slice(number::float(text)?.as_bytes()),
            Self::Double => out.extend_from_slice(number::double(text)?.as_bytes()),
            Self::Decimal { scale, .. } => {
                push_base64(out, &number::unscaled(text, Some(*scale))?.1);
            }
            Self::VariableDecimal => {
                let (scale, bytes) = number::unscaled(text, None)?;
                out.extend_from_slice(format!("{{\"scale\":{scale},\"value\":").as_bytes());
                push_base64(out, &bytes);
                out.push(b'}');
            }
            Self::Text | Self::Named(_) | Self::Enum(_) => push_string(out, text),
            Self::Bytes => push_base64(out, &hexadecimal(text.strip_prefix("\\x")?)?),
            Self::Date => push_integer(out, temporal::date(text)?.into()),
            Self::Time => push_integer(out, temporal::time(text)? / 1000),
            Self::MicroTime => push_integer(out, temporal::time(text)?),
            Self::Timestamp => push_integer(out, milliseconds(temporal::timestamp(text)?, text)),
            Self::MicroTimestamp => push_integer(out, temporal::timestamp(text)?),
            Self::ZonedTimestamp(digits) => {
                push_string(out, &temporal::zoned_timestamp(text, *digits)?);
            }
            Self::ZonedTime => push_string(out, &temporal::zoned_time(text)?),
            Self::MicroDuration => push_integer(out, temporal::interval(text)?),
        }
        Some(())
    }

    /// Append what stands for a value that the log does not repeat.
    pub fn push_unavailable(&self, out: &mut Vec<u8>, placeholder: &str) {
        match self {
            Self::Text | Self::Named(_) | Self::Enum(_) => push_string(out, placeholder),
            Self::Bytes => push_base64(out, placeholder.as_bytes()),
            _ => out.extend_from_slice(b"null"),
        }
    }

    /// The value that stands for a default that only the database can compute.
    pub fn zero(&self) -> String {
        match self {
            Self::Boolean => "false".into(),
            Self::Float | Self::Double => "0.0".into(),
            Self::Decimal { .. } => "\"AA==\"".into(),
            Self::VariableDecimal => "{\"scale\":0,\"value\":\"AA==\"}".into(),
            Self::Text | Self::Named(_) | Self::Enum(_) | Self::Bytes => "\"\"".into(),
            Self::ZonedTimestamp(digits) => string(
                &temporal::zoned_timestamp("1970-01-01 00:00:00+00", *digits).unwrap_or_default(),
            ),
            Self::ZonedTime => "\"00:00:00Z\"".into(),
            _ => "0".into(),
        }
    }
}

/// The infinities keep the driver's mark, whatever the unit.
fn milliseconds(micros: i64, text: &str) -> i64 {
    if text.ends_with("infinity") {
        micros
    } else {
        micros.div_euclid(1000)
    }
}

fn push_base64(out: &mut Vec<u8>, bytes: &[u8]) {
    push_string(out, &STANDARD.encode(bytes));
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    text.as_bytes()
        .chunks(2)
        .map(|pair| Some((digit(pair[0])? << 4 | digit(*pair.get(1)?)?) as u8))
        .collect()
}
