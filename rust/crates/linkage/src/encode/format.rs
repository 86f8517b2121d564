//! What a value may look like, and its canonical text.

use std::borrow::Cow;
use std::collections::HashSet;

use regex::Regex;

use crate::encode::date::DateFormat;
use crate::encode::schema::{Case, Encoding, Format};
use crate::encode::text::TextEncoding;

/// The rule for a feature's values. Problems name the rule that was broken, never the value.
pub(super) enum ValueFormat {
    Text { case: Case, lengths: (usize, usize) },
    Pattern(Regex),
    Integer { minimum: i128, maximum: i128 },
    Date(DateFormat),
    Enum(HashSet<String>),
}

impl Format {
    pub(super) fn encoding(&self) -> TextEncoding {
        match self {
            Self::String {
                encoding: Some(encoding),
                ..
            } => TextEncoding(*encoding),
            _ => TextEncoding(Encoding::Utf8),
        }
    }
}

impl ValueFormat {
    pub(super) fn new(format: &Format) -> Result<Self, String> {
        Ok(match format {
            Format::String {
                pattern: Some(_),
                case,
                min_length,
                max_length,
                ..
            } if case.is_some() || min_length.is_some() || max_length.is_some() => {
                return Err("format.pattern excludes case, minLength and maxLength".to_owned());
            }
            Format::String {
                pattern: Some(pattern),
                ..
            } => {
                let whole = Regex::new(&format!(r"\A(?:{pattern})\z"));
                Self::Pattern(
                    whole.map_err(|error| format!("format.pattern is not supported: {error}"))?,
                )
            }
            Format::String {
                case,
                min_length,
                max_length,
                ..
            } => Self::Text {
                case: case.unwrap_or(Case::Mixed),
                lengths: (min_length.unwrap_or(0), max_length.unwrap_or(usize::MAX)),
            },
            Format::Integer {
                minimum, maximum, ..
            } => Self::Integer {
                minimum: minimum.map_or(i128::MIN, i128::from),
                maximum: maximum.map_or(i128::MAX, i128::from),
            },
            Format::Date { format, .. } => Self::Date(DateFormat::new(format)?),
            Format::Enum { values, .. } => Self::Enum(values.iter().cloned().collect()),
        })
    }

    /// Check `value` and bring it to the text that is cut into tokens.
    pub(super) fn canonical<'a>(
        &self,
        value: &'a str,
        encoding: TextEncoding,
    ) -> Result<Cow<'a, str>, String> {
        encoding.check(value)?;
        match self {
            Self::Text { case, lengths } => {
                check_text(value, *case, *lengths).map(|()| value.into())
            }
            Self::Pattern(pattern) if pattern.is_match(value) => Ok(value.into()),
            Self::Pattern(_) => Err("does not match the pattern".to_owned()),
            Self::Integer { minimum, maximum } => {
                canonical_integer(value, *minimum, *maximum).map(Cow::Owned)
            }
            Self::Date(format) => format.canonical(value).map(Cow::Owned),
            Self::Enum(values) if values.contains(value) => Ok(value.into()),
            Self::Enum(_) => Err("is not one of the permitted values".to_owned()),
        }
    }
}

fn check_text(value: &str, case: Case, (least, most): (usize, usize)) -> Result<(), String> {
    let length = value.chars().count();
    if length < least {
        return Err(format!(
            "has {length} characters, at least {least} are required"
        ));
    }
    if length > most {
        return Err(format!(
            "has {length} characters, at most {most} are permitted"
        ));
    }
    match case {
        Case::Upper if value.to_uppercase() != value => Err("is not in upper case".to_owned()),
        Case::Lower if value.to_lowercase() != value => Err("is not in lower case".to_owned()),
        _ => Ok(()),
    }
}

fn canonical_integer(value: &str, minimum: i128, maximum: i128) -> Result<String, String> {
    let number = parse_integer(value).ok_or("is not an integer of at most 38 digits")?;
    if number < minimum {
        return Err(format!("is less than {minimum}"));
    }
    if number > maximum {
        return Err(format!("is more than {maximum}"));
    }
    Ok(number.to_string())
}

/// An integer as Python's `int` reads it: spaces around, one sign, single underscores between digits.
pub(super) fn parse_integer(value: &str) -> Option<i128> {
    let value = value.trim();
    let digits = value.strip_prefix(['+', '-']).unwrap_or(value);
    let misplaced = digits.starts_with('_') || digits.ends_with('_') || digits.contains("__");
    if misplaced
        || !digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
    {
        return None;
    }
    value.replace('_', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_as_python_reads_them() {
        assert_eq!(parse_integer(" +0_65\n"), Some(65));
        assert_eq!(parse_integer("-0"), Some(0));
        for wrong in ["", "+", "1__0", "_1", "1_", "1.0", "0x1", "--1", "+-1"] {
            assert_eq!(parse_integer(wrong), None, "{wrong}");
        }
    }
}
