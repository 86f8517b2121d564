//! What can go wrong while an archive is read.

use std::io;

/// Error
/// ├── `Damaged`      the archive's: bytes are missing or contradict their checksum or format
/// ├── `Encrypted`    the archive's: it cannot be read without a password
/// ├── `Unsupported`  ours: a known format in a dialect that is not read
/// ├── `Limit`        the operator's: the archive asks for more than a limit allows
/// ├── `Sandbox`      the machine's: the process could not give its rights up, so nothing was read
/// └── `Answer`       nobody's: who asked has gone
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Bytes are missing or wrong.
    #[error("{0}")]
    Damaged(String),
    /// A password would be needed.
    #[error("encrypted")]
    Encrypted,
    /// Not read by this version.
    #[error("{0}")]
    Unsupported(String),
    /// More than is allowed.
    #[error("{0}")]
    Limit(String),
    /// The process keeps rights that it should not have.
    #[error("no sandbox: {0}")]
    Sandbox(String),
    /// The answer cannot be written.
    #[error("cannot answer: {0}")]
    Answer(io::Error),
}

impl From<io::Error> for Error {
    /// A failure to read is damage: the file itself is local, only its contents are foreign.
    fn from(error: io::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}
