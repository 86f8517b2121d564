//! The answer of a reading process: frames of `MessagePack`, each after its length in four little-endian bytes.

use std::io::{Read, Seek, Write};

use serde::Serialize;

use crate::budget::Limits;
use crate::content::Digests;
use crate::entry::{Container, Entry};
use crate::error::Error;
use crate::scan::{Sink, scan};

const BATCH: usize = 512;

/// The first frame identifies the file, the last one is `done`; an answer without it is a reader's failure.
#[derive(Default, Serialize)]
struct Frame {
    identified: Option<Digests>,
    entries: Vec<Entry>,
    containers: Vec<Container>,
    done: bool,
}

struct Answer<W> {
    output: W,
    frame: Frame,
}

/// Scan a file and write what is found to `output`.
pub fn answer<R: Read + Seek, W: Write>(
    file: &mut R,
    output: W,
    limits: &Limits,
) -> Result<(), Error> {
    let mut answer = Answer {
        output,
        frame: Frame::default(),
    };
    scan(file, limits, &mut answer)?;
    answer.frame.done = true;
    answer.flush()
}

impl<W: Write> Answer<W> {
    fn flush(&mut self) -> Result<(), Error> {
        let frame = std::mem::take(&mut self.frame);
        let body = rmp_serde::to_vec(&frame)
            .map_err(|error| Error::Answer(std::io::Error::other(error)))?;
        let length = (body.len() as u32).to_le_bytes();
        self.output
            .write_all(&length)
            .and_then(|()| self.output.write_all(&body))
            .map_err(Error::Answer)
    }
}

impl<W: Write> Sink for Answer<W> {
    fn identified(&mut self, content: &Digests) -> Result<(), Error> {
        self.frame.identified = Some(content.clone());
        self.flush()
    }

    fn entry(&mut self, entry: Entry) -> Result<(), Error> {
        self.frame.entries.push(entry);
        if self.frame.entries.len() < BATCH {
            Ok(())
        } else {
            self.flush()
        }
    }

    fn container(&mut self, container: Container) -> Result<(), Error> {
        self.frame.containers.push(container);
        Ok(())
    }
}
