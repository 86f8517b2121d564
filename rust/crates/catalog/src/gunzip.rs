//! Gzip as tapes and block devices give it back: members one after another, and zeros up to the end of a block.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// Reads members until the end; zeros behind the last one are skipped, as GNU gzip skips them.
pub(crate) struct Gunzip<R> {
    /// None behind the last member.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Gunzip<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self {
            member: Some(GzDecoder::new(reader)),
        }
    }
}

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let read = member.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            self.member = match self.member.take().map(GzDecoder::into_inner) {
                Some(rest) => following(rest)?,
                None => None,
            };
        }
        Ok(0)
    }
}

/// Find the next member; what follows zeros is none, and neither is anything else that does not begin like one.
fn following<R: BufRead>(mut rest: R) -> io::Result<Option<GzDecoder<R>>> {
    let mut padded = false;
    loop {
        let bytes = rest.fill_buf()?;
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        if bytes.is_empty() {
            return Ok(None);
        }
        if zeros == 0 && padded {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "something follows the zeros behind the last gzip member",
            ));
        }
        if zeros == 0 {
            return Ok(Some(GzDecoder::new(rest)));
        }
        padded = true;
        rest.consume(zeros);
    }
}
