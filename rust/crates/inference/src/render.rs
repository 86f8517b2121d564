//! A flat buffer and its shape to a JSON array, nested as the shape says.

use crate::datatype::Datatype;
use crate::error::Error;

/// Write `data` as nested JSON arrays; a float is its shortest text that reads back the same, NaN and infinities are `null`.
///
/// ```
/// use tallystick_inference::{Datatype, render};
/// let text = render(&[1, 0, 1, 1], Datatype::Bool, &[2, 2]).unwrap();
/// assert_eq!(text, b"[[true,false],[true,true]]");
/// ```
pub fn render(data: &[u8], datatype: Datatype, shape: &[usize]) -> Result<Vec<u8>, Error> {
    let count = shape
        .iter()
        .try_fold(1_usize, |product, length| product.checked_mul(*length));
    let expected = count
        .and_then(|count| count.checked_mul(datatype.size()))
        .unwrap_or(usize::MAX);
    if expected != data.len() {
        return Err(Error::WrongSize {
            expected,
            found: data.len(),
        });
    }
    let mut text = Vec::with_capacity(data.len() * 3 + 2 * shape.len());
    macro_rules! numbers {
        ($type:ty, $write:ident) => {
            nest(&mut text, data, shape, &mut |text, bytes| {
                $write(text, <$type>::from_le_bytes(bytes));
            })
        };
    }
    match datatype {
        Datatype::Bool => nest(&mut text, data, shape, &mut boolean),
        Datatype::Uint8 => numbers!(u8, integer),
        Datatype::Uint16 => numbers!(u16, integer),
        Datatype::Uint32 => numbers!(u32, integer),
        Datatype::Uint64 => numbers!(u64, integer),
        Datatype::Int8 => numbers!(i8, integer),
        Datatype::Int16 => numbers!(i16, integer),
        Datatype::Int32 => numbers!(i32, integer),
        Datatype::Int64 => numbers!(i64, integer),
        Datatype::Fp32 => numbers!(f32, float),
        Datatype::Fp64 => numbers!(f64, float),
    }
    Ok(text)
}

fn nest<const N: usize>(
    text: &mut Vec<u8>,
    data: &[u8],
    shape: &[usize],
    write: &mut impl FnMut(&mut Vec<u8>, [u8; N]),
) {
    let Some((length, inner)) = shape.split_first() else {
        if let Some(bytes) = data.first_chunk::<N>() {
            write(text, *bytes);
        }
        return;
    };
    text.push(b'[');
    let stride = data.len().checked_div(*length).unwrap_or(0);
    for index in 0..*length {
        if index > 0 {
            text.push(b',');
        }
        nest(
            text,
            data.get(index * stride..(index + 1) * stride)
                .unwrap_or_default(),
            inner,
            write,
        );
    }
    text.push(b']');
}

fn boolean(text: &mut Vec<u8>, [byte]: [u8; 1]) {
    text.extend_from_slice(if byte == 0 { b"false" } else { b"true" });
}

fn integer(text: &mut Vec<u8>, value: impl itoa::Integer) {
    text.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

fn float<F: ryu::Float + Copy + Into<f64>>(text: &mut Vec<u8>, value: F) {
    if value.into().is_finite() {
        text.extend_from_slice(ryu::Buffer::new().format_finite(value).as_bytes());
    } else {
        text.extend_from_slice(b"null");
    }
}
