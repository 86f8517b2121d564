//! Any bytes of a walsender are framed and decoded without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tallystick_capture::pgoutput;
use tallystick_capture::postgres::frame::Framer;
use tallystick_capture::postgres::replication::{Walsender, walsender};

fuzz_target!(|bytes: &[u8]| {
    let mut framer = Framer::default();
    for piece in bytes.chunks(7) {
        framer.room()[..piece.len()].copy_from_slice(piece);
        framer.filled(piece.len());
        while let Ok(Some((_, body))) = framer.next_message() {
            if let Ok(Walsender::Data { body, .. }) = walsender(body) {
                let _ = pgoutput::decode(body);
            }
        }
    }
    let _ = pgoutput::decode(bytes);
});
