//! One scan: the outermost file, and what is nested in it.

use std::io::{Cursor, Read, Seek, SeekFrom};
use std::rc::Rc;

use crate::budget::{Budget, Limits};
use crate::content::Digests;
use crate::entry::{Container, Entry, Integrity, Kind};
use crate::error::Error;
use crate::format::{Compression, Format, MAGIC, is_tar};
use crate::members::{Members, Nested};
use crate::stream::{Counted, Digesting, Metered, drain, prefix};
use crate::{ar, tarball, zip};

/// The name of what a compressed stream holds, which has none of its own.
const CONTENT: &[u8] = b"content";

/// Who is told what is found, as it is found.
pub trait Sink {
    /// The outermost file's own content, before anything else.
    fn identified(&mut self, content: &Digests) -> Result<(), Error>;
    /// An entry that was read to its end.
    fn entry(&mut self, entry: Entry) -> Result<(), Error>;
    /// A container, after all of its entries.
    fn container(&mut self, container: Container) -> Result<(), Error>;
}

/// A container that is being read.
#[derive(Clone, Copy)]
struct Place {
    number: u32,
    depth: u32,
}

struct Scan<'a> {
    budget: Rc<Budget>,
    sink: &'a mut dyn Sink,
    containers: u32,
}

/// A scan at one container.
struct Inside<'s, 'a> {
    scan: &'s mut Scan<'a>,
    place: Place,
}

impl Members for Inside<'_, '_> {
    fn budget(&self) -> &Rc<Budget> {
        &self.scan.budget
    }

    fn begin(&mut self, path: Vec<u8>, kind: Kind) -> Result<Entry, Error> {
        self.scan.budget.count_entry()?;
        Ok(Entry::new(self.place.number, path, kind))
    }

    fn named(&mut self, entry: Entry) -> Result<(), Error> {
        self.scan.sink.entry(entry)
    }

    fn file(
        &mut self,
        entry: Entry,
        size: Option<u64>,
        crc32: Option<u32>,
        reader: &mut dyn Read,
    ) -> Result<Nested, Error> {
        self.scan.file(self.place, entry, size, crc32, reader)
    }
}

/// A container, its kind, and how reading it ended.
type Opened = (Place, &'static str, Result<(), Error>);

/// The same, with how many of its bytes had been read by then.
struct Ending {
    place: Place,
    kind: &'static str,
    outcome: Result<(), Error>,
    position: u64,
}

/// Read a file and tell `sink` what is in it; the last container told is the file itself.
pub fn scan<R: Read + Seek>(
    file: &mut R,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> Result<(), Error> {
    let mut own = Digesting::new(&mut *file, &Rc::new(Budget::new(&unbounded(limits), 0)));
    drain(&mut own)?;
    let content = own.finish();
    sink.identified(&content)?;
    file.seek(SeekFrom::Start(0))?;
    let budget = Rc::new(Budget::new(limits, content.size));
    let mut scan = Scan {
        budget,
        sink,
        containers: 0,
    };
    let ending = scan.outermost(file)?;
    if let Err(Error::Answer(error)) = ending.outcome {
        return Err(Error::Answer(error));
    }
    let container = scan.closed(ending, None, Vec::new(), Some(content));
    sink.container(container)
}

/// The outermost file may be of any size; the limits are about what comes out of it.
fn unbounded(limits: &Limits) -> Limits {
    Limits {
        largest_entry: u64::MAX,
        ..limits.clone()
    }
}

impl<'a> Scan<'a> {
    fn outermost<R: Read + Seek>(&mut self, file: &mut R) -> Result<Ending, Error> {
        let start = prefix(file, MAGIC)?;
        file.seek(SeekFrom::Start(0))?;
        let format = Format::of(&start);
        if format == Some(Format::Zip) {
            return Ok(self.zip(0, file));
        }
        match self.stream(0, format, file)? {
            Some(ending) => Ok(ending),
            None => Ok(Ending {
                place: self.opened(0),
                kind: "file",
                outcome: Ok(()),
                position: 0,
            }),
        }
    }

    /// Read a file inside a container to its end, open it if it is a container itself, and tell of both.
    fn file(
        &mut self,
        parent: Place,
        mut entry: Entry,
        size: Option<u64>,
        crc32: Option<u32>,
        reader: &mut dyn Read,
    ) -> Result<Nested, Error> {
        let mut bytes = Digesting::new(reader, &self.budget);
        let (ending, nested) = if parent.depth < self.budget.limits.depth {
            match self.nested(parent.depth + 1, &mut bytes)? {
                Some(ending) => (Some(ending), Nested::Opened),
                None => (None, Nested::Plain),
            }
        } else if self.would_be_opened(&mut bytes)? {
            (None, Nested::TooDeep)
        } else {
            (None, Nested::Plain)
        };
        let drained = drain(&mut bytes);
        let read = bytes.size();
        let content = bytes.finish();
        let whole = match drained {
            Err(error) => Err(error.into()),
            Ok(()) if size.is_some_and(|size| size != read) => {
                Err(Error::Damaged("it ends too early".into()))
            }
            Ok(()) if crc32.is_some_and(|crc32| crc32 != content.crc32) => {
                Err(Error::Damaged("its checksum is wrong".into()))
            }
            Ok(()) => Ok(()),
        };
        if let Some(ending) = ending {
            let own = whole.is_ok().then(|| content.clone());
            let container = self.closed(ending, Some(parent.number), entry.path.clone(), own);
            self.sink.container(container)?;
        }
        whole?;
        entry.content = Some(content);
        self.sink.entry(entry)?;
        Ok(nested)
    }

    /// Tell a container where none is opened any more; a compressed stream is one when it begins with a tar.
    fn would_be_opened(&self, bytes: &mut dyn Read) -> Result<bool, Error> {
        let start = prefix(bytes, MAGIC)?;
        let Some(Format::Compressed(compression)) = Format::of(&start) else {
            return Ok(Format::of(&start).is_some());
        };
        let decoder = compression.decoder(Cursor::new(start).chain(bytes))?;
        let inside = prefix(&mut Metered::new(decoder, &self.budget), MAGIC);
        Ok(inside.is_ok_and(|inside| is_tar(&inside)))
    }

    fn nested(&mut self, depth: u32, bytes: &mut dyn Read) -> Result<Option<Ending>, Error> {
        let start = prefix(bytes, MAGIC)?;
        let format = Format::of(&start);
        let mut whole = Cursor::new(start).chain(bytes);
        if format != Some(Format::Zip) {
            return self.stream(depth, format, &mut whole);
        }
        let spool = prefix(&mut whole, self.budget.limits.spool as usize + 1)?;
        if spool.len() as u64 > self.budget.limits.spool {
            let outcome = Err(Error::Unsupported(
                "it is larger than what is held in memory".into(),
            ));
            return Ok(Some(Ending {
                place: self.opened(depth),
                kind: "zip",
                outcome,
                position: 0,
            }));
        }
        Ok(Some(self.zip(depth, &mut Cursor::new(spool))))
    }

    fn zip<R: Read + Seek>(&mut self, depth: u32, archive: &mut R) -> Ending {
        let place = self.opened(depth);
        let outcome = zip::read(&mut self.inside(place), archive);
        let reached = archive.stream_position().unwrap_or(0);
        // What an archive says of itself may have led beyond its end.
        let position = reached.min(archive.seek(SeekFrom::End(0)).unwrap_or(0));
        Ending {
            place,
            kind: "zip",
            outcome,
            position,
        }
    }

    /// Read what needs no seeking; None when it is not a container.
    fn stream(
        &mut self,
        depth: u32,
        format: Option<Format>,
        bytes: &mut dyn Read,
    ) -> Result<Option<Ending>, Error> {
        let (mut bytes, count) = Counted::new(bytes);
        let (place, kind, outcome) = match format {
            Some(Format::Tar) => {
                let place = self.opened(depth);
                (
                    place,
                    "tar",
                    tarball::read(&mut self.inside(place), &mut bytes),
                )
            }
            Some(Format::Deb) => {
                let place = self.opened(depth);
                (place, "deb", ar::read(&mut self.inside(place), &mut bytes))
            }
            Some(Format::Compressed(compression)) => {
                match self.compressed(depth, compression, &mut bytes)? {
                    Some(found) => found,
                    None => return Ok(None),
                }
            }
            Some(Format::Zip) | None => return Ok(None),
        };
        if let Err(Error::Answer(error)) = outcome {
            return Err(Error::Answer(error));
        }
        Ok(Some(Ending {
            place,
            kind,
            outcome,
            position: count.get(),
        }))
    }

    /// A compressed tar is one container. Of other compressed streams only an outermost one is opened, as one file.
    fn compressed(
        &mut self,
        depth: u32,
        compression: Compression,
        bytes: &mut dyn Read,
    ) -> Result<Option<Opened>, Error> {
        let (plain_name, tar_name) = compression.names();
        let mut decoded = Metered::new(compression.decoder(bytes)?, &self.budget);
        let start = prefix(&mut decoded, MAGIC);
        let is_tar = start.as_ref().is_ok_and(|start| is_tar(start));
        if depth > 0 && !is_tar {
            return Ok(None);
        }
        let place = self.opened(depth);
        let outcome = match start {
            Err(error) => Err(error.into()),
            Ok(start) => {
                let mut whole = Cursor::new(start).chain(decoded);
                if is_tar {
                    tarball::read(&mut self.inside(place), &mut whole)
                } else {
                    let entry = Entry::new(place.number, CONTENT.to_vec(), Kind::File);
                    self.file(place, entry, None, None, &mut whole)
                        .and_then(|nested| nested.opened(CONTENT))
                }
            }
        };
        Ok(Some((
            place,
            if is_tar { tar_name } else { plain_name },
            outcome,
        )))
    }

    fn inside(&mut self, place: Place) -> Inside<'_, 'a> {
        Inside { scan: self, place }
    }

    fn opened(&mut self, depth: u32) -> Place {
        let number = self.containers;
        self.containers += 1;
        Place { number, depth }
    }

    fn closed(
        &self,
        ending: Ending,
        parent: Option<u32>,
        path: Vec<u8>,
        content: Option<Digests>,
    ) -> Container {
        let fault = ending
            .outcome
            .err()
            .map(|error| self.budget.exceeded().unwrap_or(error));
        let integrity = match fault {
            None => Integrity::Complete,
            Some(Error::Encrypted) => Integrity::Encrypted,
            Some(Error::Unsupported(_)) => Integrity::Unsupported,
            Some(_) => Integrity::Partial,
        };
        Container {
            number: ending.place.number,
            parent,
            path,
            kind: ending.kind.to_owned(),
            depth: ending.place.depth,
            integrity,
            position: fault.as_ref().map(|_| ending.position),
            problem: fault.map(|error| printable(&error.to_string())),
            content,
        }
    }
}

/// Escape what a terminal or a database would not take as text: names in archives may hold any byte.
fn printable(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() {
            escaped.extend(letter.escape_default());
        } else {
            escaped.push(letter);
        }
    }
    escaped
}
