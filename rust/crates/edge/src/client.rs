//! A client from its arrival on: what is known of it, and what its connection holds.

use std::fmt::Display;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio_rustls::server::TlsStream;

use crate::deadline::{Activity, Watched};
use crate::identity::Identity;
use crate::journal::Event;
use crate::limits::Place;
use crate::metrics::Number;
use crate::plan::{Context, Plan};
use crate::replay::Replay;
use crate::shared::Worker;

/// A connection that was let in, with all it needs until its end.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub peer: SocketAddr,
    /// The address that it came to.
    pub door: SocketAddr,
    pub plan: Arc<Plan>,
    pub worker: Arc<Worker>,
    #[allow(
        dead_code,
        reason = "held: the place is given back when the connection ends"
    )]
    pub place: Place,
}

impl Arrival {
    /// Count what happened to this connection, and tell the journal.
    pub(crate) fn note(
        &self,
        counter: &Number,
        kind: &'static str,
        server_name: Option<&str>,
        detail: &dyn Display,
    ) {
        counter.increment();
        self.worker.shared.journal.note(Event {
            kind,
            peer: Some(self.peer),
            server_name: server_name.map(str::to_owned),
            detail: detail.to_string(),
        });
    }
}

/// A connection whose client is known as well as it wants to be.
#[derive(Debug)]
pub(crate) struct Client {
    pub arrival: Arrival,
    pub context: usize,
    pub server_name: Option<String>,
    pub identity: Option<Identity>,
    pub activity: Activity,
}

impl Client {
    pub(crate) fn context(&self) -> &Context {
        &self.arrival.plan.contexts[self.context]
    }
}

pub(crate) type ClientStream = Watched<TlsStream<Replay>>;
