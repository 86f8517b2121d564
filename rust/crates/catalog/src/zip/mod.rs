//! Zip archives. The central directory is the truth; local headers only say where the data begin.

mod directory;

use std::io::{Read, Seek, SeekFrom};

use bzip2::read::BzDecoder;
use flate2::read::DeflateDecoder;
use lzma_rust2::XzReader;

use crate::entry::Kind;
use crate::error::Error;
use crate::members::Members;
use crate::stream::{Metered, prefix};
use crate::zip::directory::{Member, unsigned};

const LOCAL_HEADER: usize = 30;
const LONGEST_TARGET: usize = 4096;

/// Read every member; one that cannot be read does not keep the others from being read.
pub(crate) fn read<R: Read + Seek>(
    members: &mut dyn Members,
    archive: &mut R,
) -> Result<(), Error> {
    let mut fault = None;
    for member in directory::members(archive, members.budget().limits.spool)? {
        let name = String::from_utf8_lossy(&member.name).into_owned();
        if let Err(error) = read_member(members, archive, &member) {
            if matches!(error, Error::Answer(_)) || members.budget().exceeded().is_some() {
                return Err(error);
            }
            fault.get_or_insert(named(error, &name));
        }
    }
    fault.map_or(Ok(()), Err)
}

fn read_member<R: Read + Seek>(
    members: &mut dyn Members,
    archive: &mut R,
    member: &Member,
) -> Result<(), Error> {
    let mut entry = members.begin(member.name.clone(), member.kind())?;
    entry.mode = member.mode().map(|mode| mode & 0o7777);
    if member.encrypted() {
        members.named(entry)?;
        return Err(Error::Encrypted);
    }
    match entry.kind {
        Kind::File => {
            let mut data = Metered::new(data(archive, member)?, members.budget());
            members
                .file(entry, Some(member.size), Some(member.crc32), &mut data)?
                .opened(&member.name)
        }
        Kind::Symlink => {
            let target = prefix(&mut data(archive, member)?, LONGEST_TARGET + 1)?;
            if target.len() > LONGEST_TARGET || crc32fast::hash(&target) != member.crc32 {
                return Err(Error::Damaged("the target of a link is wrong".into()));
            }
            entry.target = Some(target);
            members.named(entry)
        }
        _ => members.named(entry),
    }
}

fn data<'a, R: Read + Seek>(
    archive: &'a mut R,
    member: &Member,
) -> Result<Box<dyn Read + 'a>, Error> {
    let missing = || Error::Damaged("its local header is missing".into());
    if member.offset >= archive.seek(SeekFrom::End(0))? {
        return Err(missing());
    }
    archive.seek(SeekFrom::Start(member.offset))?;
    let header = prefix(archive, LOCAL_HEADER)?;
    if header.len() < LOCAL_HEADER || !header.starts_with(b"PK\x03\x04") {
        return Err(missing());
    }
    let skipped = unsigned(&header, 26, 2) + unsigned(&header, 28, 2);
    archive.seek_relative(skipped.cast_signed())?;
    let stored = archive.take(member.stored);
    Ok(match member.method {
        0 => Box::new(stored),
        8 => Box::new(DeflateDecoder::new(stored)),
        12 => Box::new(BzDecoder::new(stored)),
        93 => Box::new(zstd::stream::read::Decoder::new(stored)?),
        95 => Box::new(XzReader::new(stored, false)),
        other => {
            return Err(Error::Unsupported(format!(
                "compression method {other} is not read"
            )));
        }
    })
}

fn named(error: Error, name: &str) -> Error {
    match error {
        Error::Damaged(text) => Error::Damaged(format!("{name}: {text}")),
        Error::Unsupported(text) => Error::Unsupported(format!("{name}: {text}")),
        other => other,
    }
}
