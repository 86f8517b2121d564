//! The central directory of a zip: APPNOTE 4.3.12 to 4.3.16, with the zip64 records.

use std::io::{Read, Seek, SeekFrom};

use crate::entry::Kind;
use crate::error::Error;
use crate::stream::prefix;

const END: usize = 22;
const LONGEST_COMMENT: u64 = 65_535;
const LOCATOR: u64 = 20;
const END_64: usize = 56;
const HEADER: usize = 46;
const UNIX: u64 = 3;

/// One member, as the central directory has it.
pub(super) struct Member {
    pub(super) name: Vec<u8>,
    pub(super) method: u64,
    pub(super) crc32: u32,
    pub(super) stored: u64,
    pub(super) size: u64,
    pub(super) offset: u64,
    flags: u64,
    made_by: u64,
    attributes: u64,
}

impl Member {
    pub(super) fn encrypted(&self) -> bool {
        self.flags & 1 == 1
    }

    pub(super) fn mode(&self) -> Option<u32> {
        (self.made_by == UNIX && self.attributes >> 16 != 0)
            .then_some((self.attributes >> 16) as u32)
    }

    pub(super) fn kind(&self) -> Kind {
        match self.mode().map(|mode| mode & 0o170_000) {
            Some(0o120_000) => Kind::Symlink,
            Some(0o060_000 | 0o020_000) => Kind::Device,
            Some(0o010_000) => Kind::Fifo,
            _ if self.name.ends_with(b"/") => Kind::Directory,
            _ => Kind::File,
        }
    }
}

/// Where the directory lies and what it should hold.
struct End {
    members: u64,
    size: u64,
    offset: u64,
    /// Where the directory ends.
    place: u64,
}

/// Read the directory, of which at most `largest` bytes are held in memory.
pub(super) fn members<R: Read + Seek>(archive: &mut R, largest: u64) -> Result<Vec<Member>, Error> {
    let end = end(archive)?;
    if end.size > largest {
        return Err(Error::Unsupported(
            "its directory is larger than what is held in memory".into(),
        ));
    }
    let broken = || Error::Damaged("its directory is malformed".into());
    let start = end.place.checked_sub(end.size).ok_or_else(broken)?;
    let shift = start.checked_sub(end.offset).ok_or_else(broken)?;
    archive.seek(SeekFrom::Start(start))?;
    let bytes = prefix(archive, end.size as usize)?;
    let (mut rest, mut members) = (bytes.as_slice(), Vec::new());
    while !rest.is_empty() {
        let (member, length) = member(rest, shift).ok_or_else(broken)?;
        members.push(member);
        rest = &rest[length..];
    }
    if members.len() as u64 == end.members {
        Ok(members)
    } else {
        Err(broken())
    }
}

fn end<R: Read + Seek>(archive: &mut R) -> Result<End, Error> {
    let length = archive.seek(SeekFrom::End(0))?;
    let start = length.saturating_sub(END as u64 + LONGEST_COMMENT);
    archive.seek(SeekFrom::Start(start))?;
    let tail = prefix(archive, (length - start) as usize)?;
    let at = (0..(tail.len() + 1).saturating_sub(END))
        .rev()
        .find(|at| is_end(&tail[*at..]))
        .ok_or_else(|| Error::Damaged("the central directory is missing".into()))?;
    let record = &tail[at..];
    let place = start + at as u64;
    let end = End {
        members: unsigned(record, 10, 2),
        size: unsigned(record, 12, 4),
        offset: unsigned(record, 16, 4),
        place,
    };
    Ok(end_64(archive, place)?.unwrap_or(end))
}

/// The comment that follows must end with the file, or the record is part of something else.
fn is_end(record: &[u8]) -> bool {
    record.starts_with(b"PK\x05\x06") && unsigned(record, 20, 2) == (record.len() - END) as u64
}

fn end_64<R: Read + Seek>(archive: &mut R, place: u64) -> Result<Option<End>, Error> {
    let Some(locator_place) = place.checked_sub(LOCATOR) else {
        return Ok(None);
    };
    archive.seek(SeekFrom::Start(locator_place))?;
    let locator = prefix(archive, LOCATOR as usize)?;
    if !locator.starts_with(b"PK\x06\x07") {
        return Ok(None);
    }
    let missing = || Error::Damaged("the zip64 end record is missing".into());
    let place = unsigned(&locator, 8, 8);
    if place >= locator_place {
        return Err(missing());
    }
    archive.seek(SeekFrom::Start(place))?;
    let record = prefix(archive, END_64)?;
    if record.len() < END_64 || !record.starts_with(b"PK\x06\x06") {
        return Err(missing());
    }
    let (members, size, offset) = (
        unsigned(&record, 32, 8),
        unsigned(&record, 40, 8),
        unsigned(&record, 48, 8),
    );
    Ok(Some(End {
        members,
        size,
        offset,
        place,
    }))
}

fn member(bytes: &[u8], shift: u64) -> Option<(Member, usize)> {
    let header = bytes
        .get(..HEADER)
        .filter(|header| header.starts_with(b"PK\x01\x02"))?;
    let [name, extra, comment] = [28, 30, 32].map(|at| unsigned(header, at, 2) as usize);
    let length = HEADER + name + extra + comment;
    let variable = bytes.get(HEADER..length)?;
    let mut wide = wide_values(&variable[name..name + extra]);
    let mut value = |at| match unsigned(header, at, 4) {
        0xffff_ffff => wide.next(),
        narrow => Some(narrow),
    };
    let (size, stored, offset) = (value(24)?, value(20)?, value(42)?);
    let member = Member {
        name: variable[..name].to_vec(),
        method: unsigned(header, 10, 2),
        crc32: unsigned(header, 16, 4) as u32,
        stored,
        size,
        offset: offset.checked_add(shift)?,
        flags: unsigned(header, 8, 2),
        made_by: unsigned(header, 5, 1),
        attributes: unsigned(header, 38, 4),
    };
    Some((member, length))
}

/// The eight-byte values of the zip64 field, in their order.
fn wide_values(extra: &[u8]) -> impl Iterator<Item = u64> {
    let mut rest = extra;
    let mut field: &[u8] = &[];
    while let Some(head) = rest.get(..4) {
        let length = unsigned(head, 2, 2) as usize;
        let Some(body) = rest.get(4..4 + length) else {
            break;
        };
        if unsigned(head, 0, 2) == 1 {
            field = body;
        }
        rest = &rest[4 + length..];
    }
    field.chunks_exact(8).map(|value| unsigned(value, 0, 8))
}

/// A little-endian number of `width` bytes at `at`; the caller has checked that they are there.
pub(super) fn unsigned(bytes: &[u8], at: usize, width: usize) -> u64 {
    bytes[at..at + width]
        .iter()
        .rev()
        .fold(0, |value, byte| value << 8 | u64::from(*byte))
}
