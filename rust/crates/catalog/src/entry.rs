//! What is found: entries, and the containers that hold them.

use serde::Serialize;

use crate::content::Digests;

/// What an entry is; only a file has a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link; `target` says where to.
    Symlink,
    /// Another name of the entry that `target` names.
    Hardlink,
    /// A character or block device.
    Device,
    /// A named pipe.
    Fifo,
    /// Anything else.
    Other,
}

/// One entry of a container. Paths are the archive's own bytes, neither cleaned nor decoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The number of the container that holds it.
    pub container: u32,
    /// Its name in there.
    #[serde(with = "serde_bytes")]
    pub path: Vec<u8>,
    /// What it is.
    pub kind: Kind,
    /// Its content, for a file that could be read.
    pub content: Option<Digests>,
    /// Where a link points.
    #[serde(with = "serde_bytes")]
    pub target: Option<Vec<u8>>,
    /// Permission bits, where the format has them.
    pub mode: Option<u32>,
    /// When it was changed, in milliseconds UTC, where the format says so.
    pub modified_ms: Option<i64>,
}

impl Entry {
    pub(crate) fn new(container: u32, path: Vec<u8>, kind: Kind) -> Self {
        Self {
            container,
            path,
            kind,
            content: None,
            target: None,
            mode: None,
            modified_ms: None,
        }
    }
}

/// How much of a container could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Integrity {
    /// All of it, up to its end marker, and every checksum agrees.
    Complete,
    /// What was read is right, but something is missing.
    Partial,
    /// At least one entry needs a password.
    Encrypted,
    /// At least one entry is stored in a way that is not read.
    Unsupported,
}

/// A file in which entries were looked for. The outermost has number 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Container {
    /// Its number in this scan.
    pub number: u32,
    /// The container that holds it.
    pub parent: Option<u32>,
    /// Its name in there.
    #[serde(with = "serde_bytes")]
    pub path: Vec<u8>,
    /// Its format: `tar`, `tar.gz`, `zip`, `deb`, or `file` for what is no container.
    pub kind: String,
    /// How many containers are around it.
    pub depth: u32,
    /// How much of it could be read.
    pub integrity: Integrity,
    /// What is wrong with it.
    pub problem: Option<String>,
    /// How many of its bytes had been read when that was found.
    pub position: Option<u64>,
    /// Its own content; unknown when it ends too early.
    pub content: Option<Digests>,
}
