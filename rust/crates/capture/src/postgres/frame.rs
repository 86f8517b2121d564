//! Cuts the server's byte stream into messages: a kind byte, a length that counts itself, a body.

use crate::error::{Error, Result};
use crate::postgres::reader::Reader;
use std::ops::Range;

/// PostgreSQL cannot hold a field above 1 GiB; a longer message is a broken stream.
const LONGEST: usize = (1 << 30) + (1 << 20);
const HEADER: usize = 5;
const READ: usize = 64 << 10;

/// Bytes in, messages out.
#[derive(Debug, Default)]
pub struct Framer {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl Framer {
    /// Give room for the next read from a socket; report its outcome with `filled`.
    pub fn room(&mut self) -> &mut [u8] {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() < self.end + READ {
            self.buffer.resize(
                (self.end + READ).max(self.buffer.len() + self.buffer.len() / 2),
                0,
            );
        }
        &mut self.buffer[self.end..]
    }

    /// Say how many bytes of the room were filled.
    pub fn filled(&mut self, count: usize) {
        self.end += count;
    }

    /// Tell whether a whole message is held.
    pub fn ready(&self) -> Result<bool> {
        Ok(self.body()?.is_some())
    }

    /// Take the next whole message, if there is one.
    pub fn next_message(&mut self) -> Result<Option<(u8, &[u8])>> {
        let Some(body) = self.body()? else {
            return Ok(None);
        };
        let kind = self.buffer[self.start];
        self.start = body.end;
        Ok(Some((kind, &self.buffer[body])))
    }

    fn body(&self) -> Result<Option<Range<usize>>> {
        let held = &self.buffer[self.start..self.end];
        if held.len() < HEADER {
            return Ok(None);
        }
        let length = Reader::new(&held[1..], "message header").u32()? as usize;
        if !(4..=LONGEST).contains(&length) {
            return Err(Error::malformed(
                "message header",
                format!("a length of {length} bytes"),
            ));
        }
        let end = 1 + length;
        Ok((held.len() >= end).then_some(self.start + HEADER..self.start + end))
    }
}

/// Read the fields of an `ErrorResponse` or `NoticeResponse`.
pub fn server_error(body: &[u8]) -> Error {
    let (mut code, mut message) = (String::from("XX000"), String::new());
    let mut reader = Reader::new(body, "error response");
    while let Ok(field) = reader.u8() {
        let Ok(text) = reader.text() else { break };
        match field {
            b'C' => text.clone_into(&mut code),
            b'M' => text.clone_into(&mut message),
            b'D' | b'H' => message = format!("{message} ({text})"),
            _ => {}
        }
    }
    Error::Server { code, message }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn feed(framer: &mut Framer, bytes: &[u8]) {
        framer.room()[..bytes.len()].copy_from_slice(bytes);
        framer.filled(bytes.len());
    }

    #[test]
    fn a_message_in_two_reads_comes_out_whole() {
        let mut framer = Framer::default();
        feed(&mut framer, b"Z\0\0\0");
        assert_eq!(framer.next_message().unwrap(), None);
        feed(&mut framer, b"\x05IZ\0\0\0\x05");
        assert_eq!(framer.next_message().unwrap(), Some((b'Z', &b"I"[..])));
        assert_eq!(framer.next_message().unwrap(), None);
    }

    #[test]
    fn an_impossible_length_is_refused() {
        let mut framer = Framer::default();
        feed(&mut framer, b"Z\0\0\0\x03");
        assert!(framer.next_message().is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_cuts_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), cut in 1usize..50) {
            let mut framer = Framer::default();
            for piece in bytes.chunks(cut) {
                feed(&mut framer, piece);
                while let Ok(Some((_, body))) = framer.next_message() {
                    let _ = server_error(body);
                }
            }
        }
    }
}
