//! Digests of contents, taken together in one pass.

use md5::Md5;
use serde::Serialize;
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// What identifies a content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Digests {
    /// RFC 1321.
    #[serde(with = "serde_bytes")]
    pub md5: [u8; 16],
    /// FIPS 180-4.
    #[serde(with = "serde_bytes")]
    pub sha1: [u8; 20],
    /// FIPS 180-4.
    #[serde(with = "serde_bytes")]
    pub sha256: [u8; 32],
    /// As gzip and zip have it.
    pub crc32: u32,
    /// In bytes.
    pub size: u64,
}

/// Takes every digest of the bytes that it is shown.
#[derive(Default)]
pub(crate) struct Digester {
    md5: Md5,
    sha1: Sha1,
    sha256: Sha256,
    crc32: crc32fast::Hasher,
    size: u64,
}

impl Digester {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        self.sha1.update(bytes);
        self.sha256.update(bytes);
        self.crc32.update(bytes);
        self.size += bytes.len() as u64;
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn finish(self) -> Digests {
        Digests {
            md5: self.md5.finalize().into(),
            sha1: self.sha1.finalize().into(),
            sha256: self.sha256.finalize().into(),
            crc32: self.crc32.finalize(),
            size: self.size,
        }
    }
}
