//! Whatever the bytes are, the answer is whole: it can be written to its last frame.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use tallystick_catalog::{Limits, answer};

fuzz_target!(|input: &[u8]| {
    let limits = Limits {
        largest_total: 1 << 24,
        spool: 1 << 20,
        ..Limits::default()
    };
    answer(&mut Cursor::new(input), Vec::new(), &limits).expect("a damaged archive is an answer");
});
