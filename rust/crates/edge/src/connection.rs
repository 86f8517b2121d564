//! The path of one connection: hello, context, handshake, then a tunnel or HTTP.

use std::fmt::Display;
use std::net::SocketAddr;
use std::sync::Arc;

use rustls::ProtocolVersion;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::deadline::{Activity, Watched};
use crate::greeting::{Replay, greet};
use crate::identity::Identity;
use crate::journal::Event;
use crate::limits::Place;
use crate::metrics::Number;
use crate::plan::{Context, Plan};
use crate::snapshot::Mode;
use crate::worker::Worker;
use crate::{carry, http};

/// A connection that was let in, with all it needs until its end.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub peer: SocketAddr,
    /// The bound address that it came to.
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

/// Serve one connection to its end.
pub(crate) async fn serve(stream: TcpStream, arrival: Arrival) {
    let deadline = Instant::now() + arrival.plan.timeouts.handshake;
    // Boxed, as each step's buffers should go with it.
    let Some((hello, context, stream)) = Box::pin(greet(stream, &arrival)).await else {
        return;
    };
    let name = hello.server_name;
    let Some(tls) = shake_hands(stream, &arrival, context, name.as_deref(), deadline).await else {
        return;
    };
    let session = tls.get_ref().1;
    let h2 = session.alpn_protocol() == Some(b"h2");
    let certificate = session.peer_certificates().and_then(|chain| chain.first());
    let identity = certificate.and_then(Identity::of);
    let metrics = Arc::clone(&arrival.worker.shared.metrics);
    metrics.identified.add(u64::from(identity.is_some()));
    let activity = Activity::begin();
    let stream = Watched::new(tls, activity.clone(), metrics);
    let client = Client {
        arrival,
        context,
        server_name: name,
        identity,
        activity,
    };
    match client.context().pool.mode {
        Mode::Http => Box::pin(http::serve(stream, client, h2)).await,
        Mode::Tcp => Box::pin(carry::serve(stream, client)).await,
    }
}

async fn shake_hands(
    stream: Replay,
    arrival: &Arrival,
    context: usize,
    server_name: Option<&str>,
    deadline: Instant,
) -> Option<TlsStream<Replay>> {
    let metrics = &arrival.worker.shared.metrics;
    let acceptor = TlsAcceptor::from(Arc::clone(&arrival.plan.contexts[context].config));
    match timeout_at(deadline, acceptor.accept(stream)).await {
        Ok(Ok(tls)) => {
            let tls13 = tls.get_ref().1.protocol_version() == Some(ProtocolVersion::TLSv1_3);
            if tls13 {
                &metrics.tls13
            } else {
                &metrics.tls12
            }
            .increment();
            Some(tls)
        }
        Ok(Err(error)) => {
            arrival.note(
                &metrics.handshake_failed,
                "handshake_failed",
                server_name,
                &error,
            );
            None
        }
        Err(elapsed) => {
            arrival.note(
                &metrics.hello_timeout,
                "handshake_timeout",
                server_name,
                &elapsed,
            );
            None
        }
    }
}
