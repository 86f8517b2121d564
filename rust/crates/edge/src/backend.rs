//! One address that a door forwards to, and whether it deserves to be tried.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::{TcpStream, UnixStream};

use crate::error::EdgeError;
use crate::kept::KeptConnections;
use crate::options;
use crate::snapshot::{self, ProxyLine};
use crate::socket::Socket;

/// Where a backend listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

impl std::fmt::Display for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(formatter),
            Self::Unix(path) => write!(formatter, "unix:{}", path.display()),
        }
    }
}

/// A backend with its passive health, shared by every worker.
#[derive(Debug)]
pub(crate) struct Backend {
    pub address: Address,
    pub proxy_line: ProxyLine,
    pub kept: Vec<Arc<KeptConnections>>,
    keepalive: Duration,
    failing_since_ms: AtomicU64,
    dead_until_ms: AtomicU64,
}

impl Backend {
    /// `workers` is how many workers will each keep their own HTTP connections.
    pub(crate) fn new(
        place: &str,
        backend: &snapshot::Backend,
        workers: usize,
    ) -> Result<Self, EdgeError> {
        let address = match backend.address.strip_prefix("unix:") {
            Some(path) => Address::Unix(path.into()),
            None => Address::Tcp(
                backend
                    .address
                    .parse()
                    .map_err(|_| EdgeError::value(place, "an address is IP:PORT or unix:PATH"))?,
            ),
        };
        Ok(Self {
            address,
            proxy_line: backend.proxy_line,
            kept: (0..workers).map(|_| Arc::default()).collect(),
            keepalive: Duration::from_secs(u64::from(backend.keepalive_s)),
            failing_since_ms: AtomicU64::new(0),
            dead_until_ms: AtomicU64::new(0),
        })
    }

    /// Connect once.
    pub(crate) async fn connect(&self) -> io::Result<Socket> {
        match &self.address {
            Address::Tcp(address) => {
                let stream = TcpStream::connect(address).await?;
                options::set(&stream, self.keepalive);
                Ok(Socket::Tcp(stream))
            }
            Address::Unix(path) => Ok(Socket::Unix(UnixStream::connect(path).await?)),
        }
    }

    pub(crate) fn is_dead(&self, now_ms: u64) -> bool {
        self.dead_until_ms.load(Ordering::Relaxed) > now_ms
    }

    pub(crate) fn succeeded(&self) {
        self.failing_since_ms.store(0, Ordering::Relaxed);
    }

    /// Note a failure; true when the backend has failed for so long that it is set aside.
    pub(crate) fn failed(
        &self,
        now_ms: u64,
        death_timeout_ms: u64,
        revive_interval_ms: u64,
    ) -> bool {
        let since = self.failing_since_ms.load(Ordering::Relaxed);
        if since == 0 {
            self.failing_since_ms
                .store(now_ms.max(1), Ordering::Relaxed);
            return false;
        }
        let dies = revive_interval_ms > 0 && now_ms.saturating_sub(since) >= death_timeout_ms;
        if dies {
            self.failing_since_ms.store(0, Ordering::Relaxed);
            self.dead_until_ms
                .store(now_ms + revive_interval_ms, Ordering::Relaxed);
        }
        dies
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::Backend;
    use crate::snapshot::{self, ProxyLine};

    fn backend() -> Backend {
        let address = "127.0.0.1:1".to_owned();
        Backend::new(
            "b",
            &snapshot::Backend {
                address,
                keepalive_s: 0,
                proxy_line: ProxyLine::None,
            },
            1,
        )
        .unwrap()
    }

    #[test]
    fn one_failure_does_not_kill() {
        let backend = backend();
        assert!(!backend.failed(5, 1000, 2500));
        assert!(!backend.is_dead(6));
    }

    #[test]
    fn lasting_failure_sets_aside_until_revival() {
        let backend = backend();
        backend.failed(5, 1000, 2500);
        assert!(backend.failed(1005, 1000, 2500));
        assert!(backend.is_dead(3504));
        assert!(!backend.is_dead(3505));
    }

    #[test]
    fn success_forgets_failures() {
        let backend = backend();
        backend.failed(5, 1000, 2500);
        backend.succeeded();
        assert!(!backend.failed(2000, 1000, 2500));
    }
}
