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
    match datatype {
        Datatype::Bool => nest(&mut text, data, shape, &mut |text, [byte]: [u8; 1]| {
            text.extend_from_slice(if byte == 0 { b"false" } else { b"true" });
        }),
        Datatype::Uint8 => nest(&mut text, data, shape, &mut |text, bytes| {
            integer(text, u8::from_le_bytes(bytes))
        }),
        Datatype::Uint16 => nest(&mut text, data, shape, &mut |text, bytes| {
            integer(text, u16::from_le_bytes(bytes))
        }),
        Datatype::Uint32 => nest(&mut text, data, shape, &mut |text, bytes| {
            integer(text, u32::from_le_bytes(bytes))
        }),
        Datatype::Uint64 => nest(&mut text, data, shape, &mut |text, bytes| {
            integer(text, u64::from_le_bytes(bytes))
        }),
        Datatype::Int8 => nest(&mut text, data, shape, &mut |text, bytes| {
            integer(text, i8::from_le_bytes(bytes))
        }),
        Datatype::Int16 => nest(&mut text, data, shape, &mut |text, bytes| {
            integer(text, i16::from_le_bytes(bytes))
        }),
        Datatype::Int32 => nest(&mut text, data, shape, &mut |text, bytes| {
            integer(text, i32::from_le_bytes(bytes))
        }),
        Datatype::Int64 => nest(&mut text, data, shape, &mut |text, bytes| {
            integer(text, i64::from_le_bytes(bytes))
        }),
        Datatype::Fp32 => nest(&mut text, data, shape, &mut |text, bytes| {
            float(text, f32::from_le_bytes(bytes))
        }),
        Datatype::Fp64 => nest(&mut text, data, shape, &mut |text, bytes| {
            float(text, f64::from_le_bytes(bytes))
        }),
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
