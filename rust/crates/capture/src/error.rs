//! What can go wrong between a database and its events.

use thiserror::Error;

/// The crate's one error tree; each variant says whose fault it is.
#[derive(Debug, Error)]
pub enum Error {
    /// Nobody listens there, or the connection broke; trying again may help.
    #[error("{0}")]
    Unreachable(String),
    /// The server answered with an error; `code` is its SQLSTATE.
    #[error("SQLSTATE {code}: {message}")]
    Server {
        /// Five characters, see appendix A of PostgreSQL's manual.
        code: String,
        /// The server's message, detail and hint.
        message: String,
    },
    /// TLS or the proof of identity failed on our side of the check.
    #[error("{0}")]
    Distrusted(String),
    /// The caller's settings cannot work.
    #[error("{0}")]
    Misconfigured(String),
    /// The server sent bytes that its protocol does not allow.
    #[error("malformed {place}: {what}")]
    Malformed {
        /// The message or value being read.
        place: &'static str,
        /// What was wrong with it; never holds a row's values.
        what: String,
    },
}

/// The crate's result.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn malformed(place: &'static str, what: impl Into<String>) -> Self {
        Self::Malformed {
            place,
            what: what.into(),
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Unreachable(format!("the connection to the database broke: {error}"))
    }
}
