//! One JSON scalar to one element, little-endian.

use std::str::FromStr;

use crate::datatype::Datatype;

/// Why a scalar is not an element of the datatype.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    OutOfRange,
    Fraction,
    NoNull,
}

/// An element type that a JSON number, `true`, `false` or `null` turns into.
pub(crate) trait Element: Sized {
    const DATATYPE: Datatype;

    fn number(text: &str) -> Result<Self, Refusal>;
    fn null() -> Result<Self, Refusal>;
    fn push(self, data: &mut Vec<u8>);
}

macro_rules! float {
    ($type:ty, $datatype:ident) => {
        impl Element for $type {
            const DATATYPE: Datatype = Datatype::$datatype;

            fn number(text: &str) -> Result<Self, Refusal> {
                text.parse::<$type>()
                    .ok()
                    .filter(|value| value.is_finite())
                    .ok_or(Refusal::OutOfRange)
            }

            /// JSON has no NaN; writers of numbers put `null` in its place, and so does `render`.
            fn null() -> Result<Self, Refusal> {
                Ok(<$type>::NAN)
            }

            fn push(self, data: &mut Vec<u8>) {
                data.extend_from_slice(&self.to_le_bytes());
            }
        }
    };
}

macro_rules! integer {
    ($type:ty, $datatype:ident) => {
        impl Element for $type {
            const DATATYPE: Datatype = Datatype::$datatype;

            fn number(text: &str) -> Result<Self, Refusal> {
                whole(text)
            }

            fn null() -> Result<Self, Refusal> {
                Err(Refusal::NoNull)
            }

            fn push(self, data: &mut Vec<u8>) {
                data.extend_from_slice(&self.to_le_bytes());
            }
        }
    };
}

float!(f32, Fp32);
float!(f64, Fp64);
integer!(u8, Uint8);
integer!(u16, Uint16);
integer!(u32, Uint32);
integer!(u64, Uint64);
integer!(i8, Int8);
integer!(i16, Int16);
integer!(i32, Int32);
integer!(i64, Int64);

impl Element for bool {
    const DATATYPE: Datatype = Datatype::Bool;

    fn number(text: &str) -> Result<Self, Refusal> {
        match whole::<u8>(text)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Refusal::OutOfRange),
        }
    }

    fn null() -> Result<Self, Refusal> {
        Err(Refusal::NoNull)
    }

    fn push(self, data: &mut Vec<u8>) {
        data.push(u8::from(self));
    }
}

/// An integer; `3.0` and `3e2` are integers too, as JSON does not tell them apart.
fn whole<T: FromStr + TryFrom<i64>>(text: &str) -> Result<T, Refusal> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if !text.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E')) {
        let digits = if text == "-0" { "0" } else { text };
        return digits.parse().map_err(|_| Refusal::OutOfRange);
    }
    let value = text.parse::<f64>().map_err(|_| Refusal::OutOfRange)?;
    // From here on several integers share one float; which of them was meant cannot be told.
    if value.abs() >= EXACT {
        return Err(Refusal::OutOfRange);
    }
    if value.fract() != 0.0 {
        return Err(Refusal::Fraction);
    }
    T::try_from(value as i64).map_err(|_| Refusal::OutOfRange)
}

/// Length of the JSON number at the start of `text` (RFC 8259 §6), 0 when there is none.
pub(crate) fn number_length(text: &[u8]) -> usize {
    let digits = |from: usize| {
        text.get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let sign = usize::from(text.first() == Some(&b'-'));
    let whole = digits(sign);
    if whole == 0 || (whole > 1 && text.get(sign) == Some(&b'0')) {
        return 0;
    }
    let mut end = sign + whole;
    if text.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        if fraction == 0 {
            return 0;
        }
        end += 1 + fraction;
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent == 0 {
            return 0;
        }
        end += 1 + sign + exponent;
    }
    end
}
