//! Debian packages: an `ar` of three members, of which the last holds the files.

use std::io::Read;

use crate::entry::Kind;
use crate::error::Error;
use crate::members::{Members, Nested};
use crate::stream::prefix;

const GLOBAL: usize = 8;
const HEADER: usize = 60;

/// Read every member; a package without its data member has lost its end, and one whose data member is no tar that is
/// read here was not read.
pub(crate) fn read(members: &mut dyn Members, reader: &mut dyn Read) -> Result<(), Error> {
    prefix(reader, GLOBAL)?;
    let mut data = Err(Error::Damaged(
        "the member with the files is missing".into(),
    ));
    loop {
        let header = prefix(reader, HEADER)?;
        if header.is_empty() {
            break;
        }
        let (name, size) = member(&header)?;
        let entry = members.begin(name.clone(), Kind::File)?;
        let nested = members.file(entry, Some(size), None, &mut reader.take(size))?;
        if name.starts_with(b"data.tar") {
            data = files(nested, &name);
        }
        if size % 2 == 1 && prefix(reader, 1)?.is_empty() {
            return Err(Error::Damaged(
                "the last member's padding is missing".into(),
            ));
        }
    }
    data
}

fn files(nested: Nested, name: &[u8]) -> Result<(), Error> {
    if nested == Nested::Plain {
        let name = String::from_utf8_lossy(name);
        return Err(Error::Unsupported(format!(
            "{name}: it is no tar in a compression that is read"
        )));
    }
    nested.opened(name)
}

fn member(header: &[u8]) -> Result<(Vec<u8>, u64), Error> {
    let broken = || Error::Damaged("a member's header is cut or malformed".into());
    if header.len() != HEADER || header[58..] != *b"`\n" {
        return Err(broken());
    }
    let name = header[..16].trim_ascii_end();
    let size = std::str::from_utf8(header[48..58].trim_ascii_end()).map_err(|_| broken())?;
    Ok((
        name.strip_suffix(b"/").unwrap_or(name).to_vec(),
        size.parse().map_err(|_| broken())?,
    ))
}
