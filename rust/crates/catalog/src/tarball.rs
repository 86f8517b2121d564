//! Tar archives in every dialect that the `tar` crate reads: seventh edition, ustar, GNU, pax.

use std::io::Read;

use tar::{Archive, EntryType};

use crate::entry::Kind;
use crate::error::Error;
use crate::members::Members;
use crate::stream::{drain, prefix};

const BLOCK: usize = 512;

/// Read every entry up to the end marker of two zero blocks, without which an archive has lost its end.
pub(crate) fn read(members: &mut dyn Members, reader: &mut dyn Read) -> Result<(), Error> {
    let mut archive = Archive::new(reader);
    let mut fault = Ok(());
    for entry in archive.entries()? {
        let mut found = entry?;
        let kind = kind(found.header().entry_type());
        let mut entry = members.begin(found.path_bytes().into_owned(), kind)?;
        entry.mode = found.header().mode().ok().map(|mode| mode & 0o7777);
        entry.modified_ms = found.header().mtime().ok().and_then(milliseconds);
        match kind {
            Kind::File if is_sparse(&mut found)? => {
                let name = String::from_utf8_lossy(&entry.path).into_owned();
                let sparse = Error::Unsupported(format!("{name}: sparse in the way of pax"));
                fault = fault.and(Err(sparse));
                members.named(entry)?;
            }
            Kind::File => {
                let (size, name) = (found.size(), entry.path.clone());
                if found.header().entry_type() == EntryType::GNUSparse {
                    // Holes come out of nothing: they cost as if a decoder had made them.
                    let stored = found.header().entry_size()?;
                    members.budget().spend(size.saturating_sub(stored))?;
                }
                let nested = members.file(entry, Some(size), None, &mut found)?;
                fault = fault.and(nested.opened(&name));
            }
            Kind::Symlink | Kind::Hardlink => {
                entry.target = found.link_name_bytes().map(std::borrow::Cow::into_owned);
                members.named(entry)?;
            }
            _ => members.named(entry)?,
        }
    }
    let mut rest = archive.into_inner();
    if prefix(&mut rest, BLOCK)? != [0; BLOCK] {
        return Err(Error::Damaged("the end marker is missing".into()));
    }
    drain(&mut rest)?;
    fault
}

/// Tell whether the bytes of a file are preceded by a map of its holes, which this version does not read.
fn is_sparse<R: Read>(entry: &mut tar::Entry<R>) -> Result<bool, Error> {
    let Some(extensions) = entry.pax_extensions()? else {
        return Ok(false);
    };
    Ok(extensions
        .flatten()
        .any(|extension| extension.key_bytes().starts_with(b"GNU.sparse.")))
}

fn kind(entry_type: EntryType) -> Kind {
    match entry_type {
        EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => Kind::File,
        EntryType::Directory => Kind::Directory,
        EntryType::Symlink => Kind::Symlink,
        EntryType::Link => Kind::Hardlink,
        EntryType::Char | EntryType::Block => Kind::Device,
        EntryType::Fifo => Kind::Fifo,
        _ => Kind::Other,
    }
}

fn milliseconds(seconds: u64) -> Option<i64> {
    i64::try_from(seconds).ok()?.checked_mul(1000)
}
