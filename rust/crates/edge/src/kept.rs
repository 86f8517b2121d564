//! Idle HTTP/1.1 connections to a backend, kept while they may be used again.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use hyper::client::conn::http1::SendRequest;

use crate::upload::Upload;

/// Kept shorter than uvicorn's five seconds, so that a request never meets a connection about to be closed.
const KEPT_FOR: Duration = Duration::from_secs(4);
const KEPT_AT_MOST: usize = 64;

/// One worker's idle connections to one backend, the latest last.
#[derive(Default)]
pub(crate) struct KeptConnections(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    idle: Vec<(Instant, SendRequest<Upload>)>,
    /// Whether a task will come back to close what nobody takes.
    swept: bool,
}

impl std::fmt::Debug for KeptConnections {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("KeptConnections")
            .finish_non_exhaustive()
    }
}

impl Kept {
    fn prune(&mut self) {
        self.idle
            .retain(|(since, sender)| !sender.is_closed() && since.elapsed() < KEPT_FOR);
    }
}

impl KeptConnections {
    pub(crate) fn take(&self) -> Option<SendRequest<Upload>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.prune();
        kept.idle.pop().map(|(_, sender)| sender)
    }

    pub(crate) fn keep(self: &Arc<Self>, sender: SendRequest<Upload>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.prune();
        if kept.idle.len() < KEPT_AT_MOST {
            kept.idle.push((Instant::now(), sender));
        }
        if !kept.swept {
            kept.swept = true;
            tokio::spawn(sweep(Arc::downgrade(self)));
        }
    }
}

/// Close connections that nobody takes, as each holds a share of the budget, until none is kept.
async fn sweep(connections: Weak<KeptConnections>) {
    loop {
        tokio::time::sleep(KEPT_FOR).await;
        let Some(connections) = connections.upgrade() else {
            return;
        };
        let mut kept = connections.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.prune();
        if kept.idle.is_empty() {
            kept.swept = false;
            return;
        }
    }
}
