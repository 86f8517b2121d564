//! Whatever arrives, in whatever pieces, the reader of a ClientHello neither panics nor grows without bound.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tallystick_edge::hello::{HelloReader, MAX_WIRE};

fuzz_target!(|pieces: Vec<Vec<u8>>| {
    let mut reader = HelloReader::default();
    let mut taken = 0;
    for piece in &pieces {
        taken += piece.len();
        match reader.push(piece) {
            Ok(None) => assert!(taken <= MAX_WIRE),
            _ => break,
        }
    }
});
