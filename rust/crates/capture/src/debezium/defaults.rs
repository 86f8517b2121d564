//! A column's default expression as a schema's default value.

use crate::debezium::field::FieldType;

/// The JSON of a default: the value of a literal, the type's zero for anything that only the database can compute,
/// None for no default or NULL.
pub fn default_value(field: &FieldType, expression: Option<&str>) -> Option<String> {
    let expression = expression?;
    let literal = literal(expression);
    match literal {
        Some(text) => {
            let text = if *field == FieldType::Boolean {
                text.get(..1)?.to_owned()
            } else {
                text
            };
            let mut out = Vec::new();
            field.push_value(&mut out, &text);
            String::from_utf8(out).ok().filter(|json| json != "null")
        }
        None if expression.starts_with("NULL") => None,
        None => Some(field.zero()),
    }
}

/// The text of `'dflt'::character varying`, `1.25`, `'-1'::integer` or `true`.
fn literal(expression: &str) -> Option<String> {
    let Some(quoted) = expression.strip_prefix('\'') else {
        let plain = expression.split("::").next()?.trim_matches(['(', ')']);
        let whole = plain == "true" || plain == "false" || plain.parse::<f64>().is_ok();
        return whole.then(|| plain.to_owned());
    };
    let mut text = String::new();
    let mut letters = quoted.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '\'' {
            text.push(letter);
        } else if letters.next_if_eq(&'\'').is_some() {
            text.push('\'');
        } else {
            let rest: String = letters.collect();
            let cast_only = rest.is_empty()
                || rest.starts_with("::") && !rest.contains(['(', '\'', '|'])
                || rest.contains("character varying");
            return cast_only.then_some(text);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(field: &FieldType, expression: &str) -> Option<String> {
        default_value(field, Some(expression))
    }

    #[test]
    fn defaults_of_the_reference() {
        assert_eq!(of(&FieldType::Integer("int32"), "7").unwrap(), "7");
        assert_eq!(
            of(&FieldType::Text, "'dflt'::character varying").unwrap(),
            "\"dflt\""
        );
        assert_eq!(of(&FieldType::Text, "'it''s'::text").unwrap(), "\"it's\"");
        assert_eq!(
            of(
                &FieldType::Decimal {
                    precision: 5,
                    scale: 2
                },
                "1.25"
            )
            .unwrap(),
            "\"fQ==\""
        );
        assert_eq!(
            of(
                &FieldType::Integer("int64"),
                "nextval('s.t_id_seq'::regclass)"
            )
            .unwrap(),
            "0"
        );
        assert_eq!(
            of(&FieldType::ZonedTimestamp(6), "now()").unwrap(),
            "\"1970-01-01T00:00:00.000000Z\""
        );
        assert_eq!(of(&FieldType::Boolean, "true").unwrap(), "true");
        assert_eq!(of(&FieldType::Text, "NULL::character varying"), None);
        assert_eq!(default_value(&FieldType::Text, None), None);
    }
}
