//! A connection to a backend for the time of one request: a kept one, or a new one.

use std::sync::Arc;

use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;

use crate::backend::Backend;
use crate::budget::Budget;
use crate::client::Client;
use crate::pool::ConnectError;
use crate::upload::Upload;

/// A connection in use by one request.
pub(crate) struct Lease {
    pub sender: SendRequest<Upload>,
    pub reused: bool,
    once: bool,
    backend: Arc<Backend>,
    worker: usize,
    budget: Budget,
}

impl Lease {
    /// A kept connection to the backend whose turn it is, or a new one.
    pub(crate) async fn take(client: &Client) -> Result<Self, ConnectError> {
        let pool = &client.context().pool;
        let worker = client.arrival.worker.index;
        let chosen = pool.choose();
        let backend = &pool.backends[chosen];
        while let Some(mut sender) = backend.kept[worker].take() {
            if sender.ready().await.is_ok() {
                return Ok(Self {
                    sender,
                    reused: true,
                    once: false,
                    backend: Arc::clone(backend),
                    worker,
                    budget: client.arrival.worker.shared.budget.clone(),
                });
            }
        }
        Self::connect_to(client, chosen).await
    }

    /// A new connection.
    pub(crate) async fn connect(client: &Client) -> Result<Self, ConnectError> {
        Self::connect_to(client, client.context().pool.choose()).await
    }

    async fn connect_to(client: &Client, chosen: usize) -> Result<Self, ConnectError> {
        let pool = &client.context().pool;
        let (worker, shared) = (client.arrival.worker.index, &client.arrival.worker.shared);
        let bound = client.arrival.plan.timeouts.connect;
        let (index, stream) = pool
            .connect(
                chosen,
                bound,
                &shared.budget,
                &shared.metrics,
                &shared.journal,
            )
            .await?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(std::io::Error::other)?;
        tokio::spawn(connection.with_upgrades());
        Ok(Self {
            sender,
            reused: false,
            once: false,
            backend: Arc::clone(&pool.backends[index]),
            worker,
            budget: shared.budget.clone(),
        })
    }

    /// Let no other request follow on this connection.
    pub(crate) fn once(self) -> Self {
        Self { once: true, ..self }
    }

    /// The request is answered: another may follow, if any may.
    pub(crate) fn give_back(self) {
        if !self.once {
            self.backend.kept[self.worker].keep(self.sender, &self.budget);
        }
    }
}
