//! Idle HTTP/1.1 connections to a backend, kept while they may be used again.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use hyper::client::conn::http1::SendRequest;

use crate::budget::Budget;
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

    /// Keep a connection, unless somebody waits for the share of the budget that it holds.
    pub(crate) fn keep(self: &Arc<Self>, sender: SendRequest<Upload>, budget: &Budget) {
        if budget.is_short() {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.prune();
        if kept.idle.len() < KEPT_AT_MOST {
            kept.idle.push((Instant::now(), sender));
        }
        if !kept.swept {
            kept.swept = true;
            tokio::spawn(sweep(Arc::downgrade(self), budget.clone()));
        }
    }
}

/// Close connections that nobody takes, and all of them in a shortage, until none is kept.
async fn sweep(connections: Weak<KeptConnections>, budget: Budget) {
    loop {
        let short = tokio::time::timeout(KEPT_FOR, budget.shortage())
            .await
            .is_ok();
        let Some(connections) = connections.upgrade() else {
            return;
        };
        let mut kept = connections.0.lock().unwrap_or_else(PoisonError::into_inner);
        if short {
            kept.idle.clear();
        }
        kept.prune();
        if kept.idle.is_empty() {
            kept.swept = false;
            return;
        }
    }
}
