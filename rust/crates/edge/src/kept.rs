//! Idle HTTP/1.1 connections to a backend, kept while they may be used again.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hyper::client::conn::http1::SendRequest;

use crate::upload::Upload;

/// Kept shorter than uvicorn's five seconds, so that a request never meets a connection about to be closed.
const KEPT_FOR: Duration = Duration::from_secs(4);
const KEPT_AT_MOST: usize = 64;

/// One worker's idle connections to one backend, the latest last.
#[derive(Default)]
pub(crate) struct KeptConnections(Mutex<Vec<(Instant, SendRequest<Upload>)>>);

impl std::fmt::Debug for KeptConnections {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("KeptConnections")
            .finish_non_exhaustive()
    }
}

impl KeptConnections {
    pub(crate) fn take(&self) -> Option<SendRequest<Upload>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(since, sender)| !sender.is_closed() && since.elapsed() < KEPT_FOR);
        kept.pop().map(|(_, sender)| sender)
    }

    pub(crate) fn keep(&self, sender: SendRequest<Upload>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT_AT_MOST {
            kept.push((Instant::now(), sender));
        }
    }
}
