//! Tokens as bytes.

use crate::encode::schema::Encoding;

/// How text becomes bytes.
#[derive(Clone, Copy)]
pub(super) struct TextEncoding(pub(super) Encoding);

impl TextEncoding {
    /// Refuse text that the encoding cannot write.
    pub(super) fn check(self, text: &str) -> Result<(), String> {
        if matches!(self.0, Encoding::Ascii) && !text.is_ascii() {
            return Err("has characters outside ASCII".to_owned());
        }
        Ok(())
    }

    /// Write `text`, which was checked, over `bytes`; the wider encodings start with a byte order mark, as Python
    /// writes them.
    pub(super) fn write(self, text: &str, bytes: &mut Vec<u8>) {
        bytes.clear();
        match self.0 {
            Encoding::Ascii | Encoding::Utf8 => bytes.extend_from_slice(text.as_bytes()),
            Encoding::Utf16 => {
                let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
                bytes.extend(units.flat_map(u16::to_le_bytes));
            }
            Encoding::Utf32 => {
                let points = std::iter::once(0xFEFF).chain(text.chars().map(u32::from));
                bytes.extend(points.flat_map(u32::to_le_bytes));
            }
        }
    }
}
