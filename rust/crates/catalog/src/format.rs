//! Formats, told by their first bytes and never by a name.

use std::io::{self, BufReader, Read};

use bzip2::read::MultiBzDecoder;
use lzma_rust2::XzReader;

use crate::gunzip::Gunzip;
use crate::stream::BLOCK;

/// Bytes needed to tell a format: one block of a tar.
pub(crate) const MAGIC: usize = 512;

/// The largest window of xz and zstd streams that is decoded: what `xz -9` and `zstd --ultra` use, and no more.
const LARGEST_WINDOW_LOG: u32 = 27;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Tar,
    Zip,
    Deb,
    Compressed(Compression),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    Gzip,
    Bzip2,
    Xz,
    Zstandard,
}

impl Format {
    pub(crate) fn of(start: &[u8]) -> Option<Self> {
        if is_tar(start) {
            return Some(Self::Tar);
        }
        Some(match start {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Self::Zip,
            [0x1f, 0x8b, ..] => Self::Compressed(Compression::Gzip),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Self::Compressed(Compression::Bzip2),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Compressed(Compression::Xz),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Compressed(Compression::Zstandard),
            _ if start.starts_with(b"!<arch>\ndebian-binary") => Self::Deb,
            _ => return None,
        })
    }
}

impl Compression {
    /// The name of a stream of this kind, and of a tar in it.
    pub(crate) fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Gzip => ("gz", "tar.gz"),
            Self::Bzip2 => ("bz2", "tar.bz2"),
            Self::Xz => ("xz", "tar.xz"),
            Self::Zstandard => ("zst", "tar.zst"),
        }
    }

    pub(crate) fn decoder<'a>(self, reader: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
        let reader = BufReader::with_capacity(BLOCK, reader);
        Ok(match self {
            Self::Gzip => Box::new(Gunzip::new(reader)),
            Self::Bzip2 => Box::new(MultiBzDecoder::new(reader)),
            Self::Xz => Box::new(XzReader::new_mem_limit(
                reader,
                true,
                2 << (LARGEST_WINDOW_LOG - 10),
            )),
            Self::Zstandard => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(reader)?;
                decoder.window_log_max(LARGEST_WINDOW_LOG)?;
                Box::new(decoder)
            }
        })
    }
}

/// Tell a tar by the checksum of its first header, which every dialect since the seventh edition has.
pub(crate) fn is_tar(start: &[u8]) -> bool {
    let Some(block) = start.get(..MAGIC) else {
        return false;
    };
    let mut header = tar::Header::new_old();
    header.as_mut_bytes().copy_from_slice(block);
    let sum: u32 = block[..148]
        .iter()
        .chain(&block[156..])
        .map(|byte| u32::from(*byte))
        .sum();
    block[0] != 0
        && header
            .cksum()
            .is_ok_and(|stored| stored == sum + 8 * u32::from(b' '))
}
