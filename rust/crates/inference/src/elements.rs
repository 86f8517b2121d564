//! BYTES tensors of the V2 binary extension: each element is its length, four bytes little-endian, and itself.

use crate::error::Error;

/// The elements of a BYTES tensor, borrowed.
pub fn split_elements(mut data: &[u8]) -> Result<Vec<&[u8]>, Error> {
    let mut elements = Vec::new();
    while !data.is_empty() {
        let index = elements.len();
        let Some((prefix, rest)) = data.split_first_chunk::<4>() else {
            return Err(Error::Elements {
                index,
                missing: 4 - data.len(),
            });
        };
        let length = u32::from_le_bytes(*prefix) as usize;
        let Some((element, rest)) = rest.split_at_checked(length) else {
            return Err(Error::Elements {
                index,
                missing: length - rest.len(),
            });
        };
        elements.push(element);
        data = rest;
    }
    Ok(elements)
}

/// The BYTES tensor of some elements; an element of 4 GiB or more is refused by its prefix.
pub fn join_elements<'a>(elements: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, Error> {
    let mut data = Vec::new();
    for (index, element) in elements.into_iter().enumerate() {
        let too_long = |_| Error::Elements {
            index,
            missing: element.len() - u32::MAX as usize,
        };
        let length = u32::try_from(element.len()).map_err(too_long)?;
        data.extend_from_slice(&length.to_le_bytes());
        data.extend_from_slice(element);
    }
    Ok(data)
}
