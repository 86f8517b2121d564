//! The crate's one error tree: what stops a server from starting or a snapshot from being applied.
//!
//! Failures of single connections are no errors of the server; they are counted and written to the journal.

use std::io;
use std::net::SocketAddr;

/// Why a snapshot cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum EdgeError {
    /// The snapshot breaks its format: the fault of whoever rendered it.
    #[error("the snapshot is malformed: {0}")]
    Snapshot(#[from] serde_json::Error),
    /// A value of the snapshot is wrong: the fault of the configuration's author.
    #[error("{place}: {reason}")]
    Value {
        /// Where in the snapshot.
        place: String,
        /// What is wrong there.
        reason: String,
    },
    /// An address cannot be listened on: it is taken, or not ours.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The system refuses threads or event queues.
    #[error("cannot start a worker: {0}")]
    Worker(#[source] io::Error),
    /// The server was drained before.
    #[error("the server is stopped")]
    Stopped,
}

impl EdgeError {
    #[allow(
        clippy::needless_pass_by_value,
        reason = "callers hand over errors and literals alike"
    )]
    pub(crate) fn value(place: impl Into<String>, reason: impl std::fmt::Display) -> Self {
        Self::Value {
            place: place.into(),
            reason: reason.to_string(),
        }
    }
}
