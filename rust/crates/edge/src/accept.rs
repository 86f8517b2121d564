//! Accept connections of one listener until told to stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::client::Arrival;
use crate::connection;
use crate::options;
use crate::shared::Worker;

/// How long to wait when the system has no more file descriptors.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(50);

/// Accept until `stop`, then take what the kernel has already queued, so that no client sees a reset.
pub(crate) async fn run(
    listener: TcpListener,
    configured: SocketAddr,
    worker: Arc<Worker>,
    mut stop: oneshot::Receiver<()>,
) {
    loop {
        tokio::select! {
            biased;
            _ = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => admit(stream, peer, configured, &worker),
                Err(_) => tokio::time::sleep(EXHAUSTED_PAUSE).await,
            },
        }
    }
    while let Ok(Ok((stream, peer))) = tokio::time::timeout(Duration::ZERO, listener.accept()).await
    {
        admit(stream, peer, configured, &worker);
    }
}

fn admit(stream: TcpStream, peer: SocketAddr, configured: SocketAddr, worker: &Arc<Worker>) {
    let shared = &worker.shared;
    shared.metrics.accepted.increment();
    let plan = shared.plan.load_full();
    let Some(place) = shared
        .admission
        .enter(peer.ip(), &plan.limits, &shared.metrics)
    else {
        return;
    };
    let keepalive = plan
        .doors
        .iter()
        .find(|door| door.listen == configured)
        .map_or(Duration::ZERO, |door| door.keepalive);
    options::set(&stream, keepalive);
    // A door may be open to every address; which one was chosen, only the socket knows.
    let door = stream.local_addr().unwrap_or(configured);
    tokio::spawn(connection::serve(
        stream,
        Arrival {
            peer,
            door,
            plan,
            worker: Arc::clone(worker),
            place,
        },
    ));
}
