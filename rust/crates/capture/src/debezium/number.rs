//! Decimals as big-endian two's complement, floats as Java prints them.

use std::fmt::{Display, LowerExp};

/// A decimal text's digits as an unscaled number: `-1.50` is `-150` at scale 2. None for NaN and infinities.
///
/// With a `scale`, the text's own fraction is cut or padded to it (PostgreSQL has rounded already).
pub fn unscaled(text: &str, scale: Option<i32>) -> Option<(i32, Vec<u8>)> {
    let (negative, magnitude) = text
        .strip_prefix('-')
        .map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = magnitude.split_once('.').unwrap_or((magnitude, ""));
    let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let own = i32::try_from(fraction.len()).ok()?;
    let scale = scale.unwrap_or(own);
    let length = i32::try_from(digits.len()).ok()? + scale - own;
    digits.resize(usize::try_from(length).unwrap_or(0), b'0');
    Some((scale, twos_complement(negative, &digits)))
}

/// The shortest big-endian two's complement of a number given by its decimal digits, as Java's `BigInteger` has it.
fn twos_complement(negative: bool, digits: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = vec![0];
    for chunk in digits.chunks(16) {
        let mut carry = chunk
            .iter()
            .fold(0_u128, |sum, digit| sum * 10 + u128::from(digit - b'0'));
        let factor = 10_u128.pow(chunk.len() as u32);
        for byte in &mut bytes {
            carry += u128::from(*byte) * factor;
            *byte = carry as u8;
            carry >>= 8;
        }
        while carry > 0 {
            bytes.push(carry as u8);
            carry >>= 8;
        }
    }
    if negative {
        negate(&mut bytes);
    } else if bytes.last().is_some_and(|top| top & 0x80 != 0) {
        bytes.push(0);
    }
    while bytes.len() > 1 && redundant(&bytes) {
        bytes.pop();
    }
    bytes.reverse();
    bytes
}

fn negate(bytes: &mut Vec<u8>) {
    bytes.push(0);
    let mut carry = true;
    for byte in bytes.iter_mut() {
        (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
    }
}

/// Whether the top byte of a little-endian number only repeats the sign.
fn redundant(bytes: &[u8]) -> bool {
    let (top, below) = (bytes[bytes.len() - 1], bytes[bytes.len() - 2]);
    (top == 0 && below & 0x80 == 0) || (top == 0xff && below & 0x80 != 0)
}

/// A `float8` as Java's `Double.toString`.
pub fn double(text: &str) -> Option<String> {
    java(text.parse::<f64>().ok()?, text.parse::<f64>().ok()?)
}

/// A `float4` as Java's `Float.toString`.
pub fn float(text: &str) -> Option<String> {
    let number = text.parse::<f32>().ok()?;
    java(number, f64::from(number))
}

/// Java writes magnitudes in [1e-3, 1e7) plainly, others with an exponent, always with a fraction; both take the
/// shortest digits that read back. What JSON has no number for stands in quotes, as Jackson has it.
fn java<F: Display + LowerExp>(number: F, wide: f64) -> Option<String> {
    if wide.is_nan() {
        return Some("\"NaN\"".into());
    }
    if wide.is_infinite() {
        return Some(
            if wide > 0.0 {
                "\"Infinity\""
            } else {
                "\"-Infinity\""
            }
            .into(),
        );
    }
    if wide == 0.0 || (1e-3..1e7).contains(&wide.abs()) {
        let plain = number.to_string();
        return Some(if plain.contains('.') {
            plain
        } else {
            plain + ".0"
        });
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e')?;
    let point = if mantissa.contains('.') { "" } else { ".0" };
    Some(format!("{mantissa}{point}E{exponent}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn value(text: &str, scale: Option<i32>) -> (i32, Vec<u8>) {
        unscaled(text, scale).unwrap()
    }

    #[test]
    fn decimals_of_the_reference() {
        assert_eq!(value("-123.45", Some(2)), (2, vec![0xcf, 0xc7]));
        assert_eq!(value("0", None), (0, vec![0]));
        assert_eq!(value("-0.5", None), (1, vec![0xfb]));
        assert_eq!(value("1.25", Some(2)), (2, vec![125]));
        assert_eq!(value("12300", Some(-2)), (-2, vec![123]));
        assert_eq!(unscaled("NaN", None), None);
    }

    #[test]
    fn floats_of_java() {
        assert_eq!(double("1e+20").unwrap(), "1.0E20");
        assert_eq!(double("1.5e-5").unwrap(), "1.5E-5");
        assert_eq!(double("100").unwrap(), "100.0");
        assert_eq!(double("-0").unwrap(), "-0.0");
        assert_eq!(float("1.5").unwrap(), "1.5");
        assert_eq!(float("Infinity").unwrap(), "\"Infinity\"");
    }

    proptest! {
        #[test]
        fn integers_are_javas(number in any::<i64>()) {
            let bytes = number.to_be_bytes();
            let skip = (0..7).take_while(|index| {
                (bytes[*index] == 0 && bytes[index + 1] & 0x80 == 0) || (bytes[*index] == 0xff && bytes[index + 1] & 0x80 != 0)
            }).count();
            prop_assert_eq!(value(&number.to_string(), Some(0)).1, bytes[skip..].to_vec());
        }

        #[test]
        fn any_text_never_panics(text in ".{0,40}", scale in -2000i32..2000) {
            let _ = (unscaled(&text, Some(scale)), unscaled(&text, None), double(&text), float(&text));
        }
    }
}
