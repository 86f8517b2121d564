//! A linkage schema that is taken encodes any row to its own number of bytes, or says which value it cannot encode.
//! The last line of the input is every value of the row, what stands before it the schema.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tallystick_linkage::encode::{Encoder, Records};

fuzz_target!(|text: &str| {
    let (schema, value) = text.rsplit_once('\n').unwrap_or((text, "Ann"));
    let Ok(mut encoder) = Encoder::new(schema.as_bytes(), b"secret") else {
        return;
    };
    let mut row = Records::default();
    encoder
        .identifiers()
        .iter()
        .for_each(|_| row.push_value(value));
    row.end_row();
    if let Ok(encodings) = encoder.encode(&row) {
        assert_eq!(encodings.len(), encoder.row_bytes());
    }
});
