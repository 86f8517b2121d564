//! Choose a backend of a pool and connect to it, trying others while that fails.

use std::io;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::backend::Backend;
use crate::budget::Budget;
use crate::error::EdgeError;
use crate::journal::{Event, Journal};
use crate::metrics::Metrics;
use crate::snapshot::{self, Balance, Mode};
use crate::socket::BackendStream;

/// This process may open no more files (`EMFILE`), or the system may not (`ENFILE`).
const OUT_OF_FILES: [i32; 2] = [24, 23];

static CLOCK: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Backends that can stand in for each other.
#[derive(Debug)]
pub(crate) struct Pool {
    pub mode: Mode,
    pub backends: Vec<Arc<Backend>>,
    balance: Balance,
    next: AtomicUsize,
    rules: Rules,
}

/// Why there is no connection to a backend.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    /// The edge itself can open no more; the backends may be well.
    #[error("too many backend connections are open")]
    Exhausted,
    #[error(transparent)]
    Failed(#[from] io::Error),
}

#[derive(Debug, Clone, Copy)]
struct Rules {
    death_timeout_ms: u64,
    revive_interval_ms: u64,
    retry_interval: Duration,
    max_retries: u32,
}

impl Pool {
    pub(crate) fn new(
        place: &str,
        pool: &snapshot::Pool,
        workers: usize,
    ) -> Result<Self, EdgeError> {
        if pool.backends.is_empty() {
            return Err(EdgeError::value(place, "a pool needs at least one backend"));
        }
        let backends = pool.backends.iter().enumerate();
        let backends = backends.map(|(index, backend)| {
            Backend::new(
                &format!("{place}.backends[{index}].address"),
                backend,
                workers,
            )
            .map(Arc::new)
        });
        Ok(Self {
            mode: pool.mode,
            backends: backends.collect::<Result<_, _>>()?,
            balance: pool.balance,
            next: AtomicUsize::new(0),
            rules: Rules {
                death_timeout_ms: pool.death_timeout_ms,
                revive_interval_ms: pool.revive_interval_ms,
                retry_interval: Duration::from_millis(pool.retry_interval_ms),
                max_retries: pool.max_retries,
            },
        })
    }

    /// The backend whose turn it is; a dead one only where all are.
    pub(crate) fn choose(&self) -> usize {
        let now = now_ms();
        let count = self.backends.len();
        let first = match self.balance {
            Balance::RoundRobin => self.next.fetch_add(1, Ordering::Relaxed),
            Balance::OnFail => 0,
        };
        let alive = (0..count)
            .map(|step| (first.wrapping_add(step)) % count)
            .find(|&at| !self.backends[at].is_dead(now));
        alive.unwrap_or(first % count)
    }

    /// Connect to the `chosen` backend, or to others while that fails and the pool allows it.
    pub(crate) async fn connect(
        &self,
        chosen: usize,
        timeout: Duration,
        budget: &Budget,
        metrics: &Metrics,
        journal: &Journal,
    ) -> Result<(usize, BackendStream), ConnectError> {
        let Some(share) = budget.share(timeout).await else {
            metrics.backend_exhausted.increment();
            return Err(ConnectError::Exhausted);
        };
        let (mut index, mut attempt) = (chosen, 0);
        loop {
            let backend = &self.backends[index];
            let outcome = tokio::time::timeout(timeout, backend.connect()).await;
            let error = match outcome.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
                Ok(socket) => {
                    backend.succeeded();
                    metrics.backend_connects.increment();
                    return Ok((index, BackendStream::new(socket, share)));
                }
                Err(error) if is_exhaustion(&error) => {
                    metrics.backend_exhausted.increment();
                    ConnectError::Exhausted
                }
                Err(error) => {
                    self.note_failure(backend, &error, metrics, journal);
                    error.into()
                }
            };
            if attempt == self.rules.max_retries {
                return Err(error);
            }
            attempt += 1;
            tokio::time::sleep(self.rules.retry_interval).await;
            index = self.choose();
        }
    }

    fn note_failure(
        &self,
        backend: &Backend,
        error: &io::Error,
        metrics: &Metrics,
        journal: &Journal,
    ) {
        metrics.backend_failures.increment();
        if backend.failed(
            now_ms(),
            self.rules.death_timeout_ms,
            self.rules.revive_interval_ms,
        ) {
            metrics.backend_deaths.increment();
            let detail = format!("{}: {error}", backend.address);
            journal.note(Event {
                kind: "backend_dead",
                peer: None,
                server_name: None,
                detail,
            });
        }
    }
}

fn is_exhaustion(error: &io::Error) -> bool {
    error
        .raw_os_error()
        .is_some_and(|code| OUT_OF_FILES.contains(&code))
}

fn now_ms() -> u64 {
    CLOCK.elapsed().as_millis() as u64
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io;
    use std::time::Duration;

    use super::{Balance, Budget, ConnectError, Journal, Metrics, Mode, Pool, is_exhaustion};
    use crate::snapshot::{self, ProxyLine};

    fn pool(balance: Balance) -> Pool {
        let backend = |port| snapshot::Backend {
            address: format!("127.0.0.1:{port}"),
            keepalive_s: 0,
            proxy_line: ProxyLine::None,
        };
        let description = snapshot::Pool {
            mode: Mode::Tcp,
            balance,
            backends: vec![backend(1), backend(2), backend(3)],
            death_timeout_ms: 0,
            revive_interval_ms: 60_000,
            retry_interval_ms: 0,
            max_retries: 0,
        };
        Pool::new("pool", &description, 1).unwrap()
    }

    fn kill(pool: &Pool, index: usize) {
        pool.backends[index].failed(1, 0, 60_000);
        assert!(pool.backends[index].failed(1, 0, 60_000));
    }

    #[test]
    fn turns_go_round() {
        let pool = pool(Balance::RoundRobin);
        assert_eq!([(); 4].map(|()| pool.choose()), [0, 1, 2, 0]);
    }

    #[test]
    fn the_dead_lose_their_turn() {
        let pool = pool(Balance::RoundRobin);
        kill(&pool, 1);
        assert_eq!([(); 4].map(|()| pool.choose()), [0, 2, 2, 0]);
    }

    #[test]
    fn on_fail_keeps_to_the_first_that_lives() {
        let pool = pool(Balance::OnFail);
        assert_eq!([(); 2].map(|()| pool.choose()), [0, 0]);
        kill(&pool, 0);
        assert_eq!(pool.choose(), 1);
    }

    #[test]
    fn turns_go_on_where_all_are_dead() {
        let pool = pool(Balance::RoundRobin);
        (0..3).for_each(|index| kill(&pool, index));
        assert_eq!([(); 3].map(|()| pool.choose()), [0, 1, 2]);
    }

    #[tokio::test]
    async fn an_exhausted_budget_is_no_failure_of_a_backend() {
        let (pool, metrics) = (pool(Balance::RoundRobin), Metrics::default());
        let outcome = pool
            .connect(
                0,
                Duration::from_millis(1),
                &Budget::new(0),
                &metrics,
                &Journal::default(),
            )
            .await;
        assert!(matches!(outcome, Err(ConnectError::Exhausted)));
        assert_eq!(metrics.backend_failures.value(), 0);
    }

    #[test]
    fn open_files_are_the_edges_own_matter() {
        assert!(is_exhaustion(&io::Error::from_raw_os_error(24)));
        assert!(!is_exhaustion(&io::ErrorKind::ConnectionRefused.into()));
    }
}
