//! The streaming messages inside `CopyBoth`: data and keepalives in, status out.

use crate::error::{Error, Result};
use crate::postgres::reader::Reader;

/// 2000-01-01, PostgreSQL's epoch, in microseconds after 1970-01-01.
pub const EPOCH_US: i64 = 946_684_800_000_000;

/// One message of the walsender.
#[derive(Debug, PartialEq, Eq)]
pub enum Walsender<'a> {
    /// Output of the decoding plugin.
    Data {
        /// Where in the log this change begins.
        start: u64,
        /// The plugin's message.
        body: &'a [u8],
    },
    /// A sign of life.
    Keepalive {
        /// How far the server has read its log.
        end: u64,
        /// Whether it wants a status at once.
        reply: bool,
    },
}

/// Read the body of a `CopyData` message.
pub fn walsender(body: &[u8]) -> Result<Walsender<'_>> {
    let mut reader = Reader::new(body, "streaming message");
    match reader.u8()? {
        b'w' => {
            let start = reader.u64()?;
            reader.take(16)?;
            Ok(Walsender::Data {
                start,
                body: reader.remainder(),
            })
        }
        b'k' => {
            let end = reader.u64()?;
            reader.take(8)?;
            Ok(Walsender::Keepalive {
                end,
                reply: reader.u8()? != 0,
            })
        }
        kind => Err(Error::malformed(
            "streaming message",
            format!("kind {kind}"),
        )),
    }
}

/// Write a standby status: what was received, what is durable and so may be forgotten by the server, and whether the
/// server is to show that it lives.
pub fn status(received: u64, durable: u64, now_us: i64, reply: bool) -> Vec<u8> {
    let mut body = vec![b'r'];
    for position in [received, durable, durable] {
        body.extend_from_slice(&position.to_be_bytes());
    }
    body.extend_from_slice(&(now_us - EPOCH_US).to_be_bytes());
    body.push(u8::from(reply));
    body
}

/// Write a log position as PostgreSQL does.
pub fn lsn_text(lsn: u64) -> String {
    format!("{:X}/{:X}", lsn >> 32, lsn & 0xFFFF_FFFF)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_keepalive_asks_for_a_reply() {
        let mut body = vec![b'k'];
        body.extend_from_slice(&77_u64.to_be_bytes());
        body.extend_from_slice(&0_u64.to_be_bytes());
        body.push(1);
        assert_eq!(
            walsender(&body).unwrap(),
            Walsender::Keepalive {
                end: 77,
                reply: true
            }
        );
        assert!(walsender(&body[..9]).is_err());
    }

    #[test]
    fn positions_are_written_as_the_server_writes_them() {
        assert_eq!(lsn_text(0x16_B374_D848), "16/B374D848");
    }
}
