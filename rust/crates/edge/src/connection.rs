//! The path of one connection: hello, context, handshake, then a tunnel or HTTP.

use std::sync::Arc;

use rustls::ProtocolVersion;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::client::{Arrival, Client};
use crate::deadline::{Activity, Watched};
use crate::greeting::greet;
use crate::identity::Identity;
use crate::replay::Replay;
use crate::snapshot::Mode;
use crate::{carry, http};

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
