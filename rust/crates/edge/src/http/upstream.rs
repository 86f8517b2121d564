//! HTTP/1.1 connections to backends, kept while they may be used again.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;

use crate::backend::Backend;
use crate::connection::Client;
use crate::http::body::Upload;

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
    fn take(&self) -> Option<SendRequest<Upload>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(since, sender)| !sender.is_closed() && since.elapsed() < KEPT_FOR);
        kept.pop().map(|(_, sender)| sender)
    }

    fn keep(&self, sender: SendRequest<Upload>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT_AT_MOST {
            kept.push((Instant::now(), sender));
        }
    }
}

/// A connection in use by one request.
pub(crate) struct Lease {
    pub sender: SendRequest<Upload>,
    pub reused: bool,
    backend: Arc<Backend>,
    worker: usize,
}

impl Lease {
    /// A kept connection, or a new one.
    pub(crate) async fn take(client: &Client) -> std::io::Result<Self> {
        let pool = &client.context().pool;
        let worker = client.arrival.worker.index;
        let backend = &pool.backends[pool.choose()];
        while let Some(mut sender) = backend.kept[worker].take() {
            if sender.ready().await.is_ok() {
                return Ok(Self {
                    sender,
                    reused: true,
                    backend: Arc::clone(backend),
                    worker,
                });
            }
        }
        Self::connect(client).await
    }

    /// A new connection.
    pub(crate) async fn connect(client: &Client) -> std::io::Result<Self> {
        let pool = &client.context().pool;
        let (worker, shared) = (client.arrival.worker.index, &client.arrival.worker.shared);
        let bound = client.arrival.plan.timeouts.connect;
        let (index, stream) = pool
            .connect(bound, &shared.metrics, &shared.journal)
            .await?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(std::io::Error::other)?;
        tokio::spawn(connection.with_upgrades());
        Ok(Self {
            sender,
            reused: false,
            backend: Arc::clone(&pool.backends[index]),
            worker,
        })
    }

    pub(crate) fn give_back(self) {
        self.backend.kept[self.worker].keep(self.sender);
    }
}
