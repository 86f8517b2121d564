//! Where a database is, and how far its identity is checked.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// How a connection is protected, in libpq's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsMode {
    /// No TLS.
    Disable,
    /// TLS when the server speaks it; the server's certificate is not checked.
    Prefer,
    /// TLS always; the server's certificate is not checked.
    Require,
    /// TLS always; certificate and host name are checked against the root certificate.
    VerifyFull,
}

/// What a connection needs.
#[derive(Clone)]
pub struct Options {
    /// A host name or address; one that starts with `/` is the directory of a unix socket.
    pub host: String,
    /// The port, also part of a unix socket's name.
    pub port: u16,
    /// The role to log in as.
    pub user: String,
    /// Its password, empty for none.
    pub password: String,
    /// The database.
    pub database: String,
    /// How the connection is protected.
    pub tls: TlsMode,
    /// The PEM file that `TlsMode::VerifyFull` trusts.
    pub root_certificate: Option<PathBuf>,
    /// Whether the connection speaks the replication protocol too.
    pub replication: bool,
    /// How long connecting and each answer may take.
    pub timeout: Duration,
}

impl fmt::Debug for Options {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}@{}:{}/{}",
            self.user, self.host, self.port, self.database
        )
    }
}
