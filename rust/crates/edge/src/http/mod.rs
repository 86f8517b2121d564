//! HTTP mode: HTTP/1.1 and HTTP/2 from clients, HTTP/1.1 to backends, bodies streamed both ways.

mod download;
mod forward;
mod host;
mod refusal;
mod request;
mod upgrade;
mod upstream;

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, header::HeaderValue};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};

use crate::client::{Client, ClientStream};
use crate::identity::Identity;

const MAX_HEADERS: usize = 100;
/// Smallest buffer that hyper accepts.
const MIN_HEADER_BYTES: usize = 8192;
/// How long a silent client may take to hear that its connection ends.
const FAREWELL: Duration = Duration::from_secs(1);
const PING_INTERVAL: Duration = Duration::from_secs(20);

/// Serve every request of one connection.
pub(crate) async fn serve(stream: ClientStream, client: Client, h2: bool) {
    let identity = client.identity.as_ref().map(Identity::header_value);
    let identity = identity.and_then(|value| HeaderValue::try_from(value).ok());
    let client = Arc::new(client);
    let plan = Arc::clone(&client.arrival.plan);
    let forwarding = Arc::clone(&client);
    let service = service_fn(move |request: Request<Incoming>| {
        let (client, identity) = (Arc::clone(&forwarding), identity.clone());
        async move { Ok::<_, Infallible>(forward::forward(client, identity, request).await) }
    });
    let header_bytes = plan.limits.header_bytes.max(MIN_HEADER_BYTES);
    if h2 {
        // Pings go to and fro while nobody asks for anything: only exchanges are signs of life.
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .max_concurrent_streams(plan.limits.concurrent_streams)
            .max_header_list_size(header_bytes as u32)
            .keep_alive_interval(PING_INTERVAL);
        let connection = builder.serve_connection(TokioIo::new(stream.unheard()), service);
        drive(
            connection,
            http2::Connection::graceful_shutdown,
            &client,
            Duration::ZERO,
        )
        .await;
    } else {
        let mut builder = http1::Builder::new();
        builder
            // hyper's own bound on heads would run between requests too, which `idle` is for.
            .header_read_timeout(None)
            .max_headers(MAX_HEADERS)
            .max_buf_size(header_bytes)
            .half_close(false);
        let connection = builder
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        drive(
            connection,
            http1::UpgradeableConnection::graceful_shutdown,
            &client,
            plan.timeouts.header,
        )
        .await;
    }
}

/// Run a connection until it ends, falls silent, or has answered its last request before a drain.
async fn drive<C: Future>(
    connection: C,
    wind_down: fn(Pin<&mut C>),
    client: &Client,
    header: Duration,
) {
    let mut connection = pin!(connection);
    let mut draining = client.arrival.worker.draining.clone();
    let metrics = &client.arrival.worker.shared.metrics;
    let patience = tokio::select! {
        _ = connection.as_mut() => return,
        _ = draining.wait_for(|draining| *draining) => Duration::MAX,
        () = client.activity.slow_head(header) => return metrics.header_cut.increment(),
        () = client.activity.silence(client.arrival.plan.timeouts.idle) => {
            metrics.idle_cut.increment();
            FAREWELL
        }
    };
    wind_down(connection.as_mut());
    let _ = tokio::time::timeout(patience, connection).await;
}
