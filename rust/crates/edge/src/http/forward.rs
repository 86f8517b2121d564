//! Forward one request and its response.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::body::{Body as _, Incoming};
use hyper::header::HeaderValue;
use hyper::upgrade::OnUpgrade;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;

use crate::client::Client;
use crate::exchange::Exchange;
use crate::http::download::Download;
use crate::http::refusal::Refusal;
use crate::http::request;
use crate::http::upgrade::opens_websocket;
use crate::http::upstream::Lease;
use crate::pool::ConnectError;
use crate::upload::{Upload, UploadError};
use crate::{forwarded, tunnel};

const NO_BACKEND: Refusal = Refusal::new(StatusCode::BAD_GATEWAY, "no backend accepts connections");
const EXHAUSTED: Refusal = Refusal::new(
    StatusCode::SERVICE_UNAVAILABLE,
    "too many requests are under way",
);
const BACKEND_BROKE: Refusal = Refusal::new(
    StatusCode::BAD_GATEWAY,
    "the backend broke off before it answered",
);
const BACKEND_SLOW: Refusal = Refusal::new(
    StatusCode::GATEWAY_TIMEOUT,
    "the backend did not answer in time",
);
const UPLOAD_SLOW: Refusal = Refusal::new(
    StatusCode::REQUEST_TIMEOUT,
    "the request body comes too slowly",
);
const UPLOAD_BROKEN: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "the request body broke off");

type Answer = Response<Either<Download, Full<Bytes>>>;

/// Answer a request with the backend's response, or with the reason why there is none.
pub(crate) async fn forward(
    client: Arc<Client>,
    identity: Option<HeaderValue>,
    request: Request<Incoming>,
) -> Answer {
    let metrics = Arc::clone(&client.arrival.worker.shared.metrics);
    let exchanging = Exchange::begin(&client.activity);
    let (mut head, body) = request.into_parts();
    let upgrade = opens_websocket(&head)
        .then(|| head.extensions.remove::<OnUpgrade>())
        .flatten();
    let prepared = request::prepare(&mut head, &client, identity.as_ref(), upgrade.is_some());
    if let Err(refusal) = prepared {
        metrics.requests_refused.increment();
        return refusal.response().map(Either::Right);
    }
    let rate = client.arrival.plan.limits.upload_rate;
    let upload = Upload::new(body, rate, exchanging.clone());
    let request = Request::from_parts(head, upload);
    let exchanged = match upgrade {
        Some(_) => exchange_alone(&client, request).await,
        None => exchange(&client, request).await,
    };
    match exchanged {
        Ok((response, lease)) => {
            metrics.requests_ok.increment();
            answer(client, response, lease, upgrade, exchanging)
        }
        Err(refusal) => {
            metrics.requests_failed.increment();
            refusal.response().map(Either::Right)
        }
    }
}

/// Send the request; a kept connection that turns out to be closed costs another try where nothing can be lost by it.
async fn exchange(
    client: &Client,
    request: Request<Upload>,
) -> Result<(Response<Incoming>, Lease), Refusal> {
    let mut lease = Lease::take(client).await.map_err(unconnected)?;
    let spare = if lease.reused { copy(&request) } else { None };
    let failure = match send(client, &mut lease, request).await {
        Ok(response) => return Ok((response, lease)),
        Err(failure) => failure,
    };
    let again = failure.unsent.map(|unsent| *unsent).or(spare);
    match again.filter(|_| lease.reused && failure.refusal == BACKEND_BROKE) {
        None => Err(failure.refusal),
        Some(request) => {
            let mut lease = Lease::connect(client).await.map_err(unconnected)?;
            let response = send(client, &mut lease, request)
                .await
                .map_err(|failure| failure.refusal)?;
            Ok((response, lease))
        }
    }
}

/// Send a request that asks for an upgrade, on a connection of its own: whatever the backend answers, it may read what
/// comes next as another protocol.
async fn exchange_alone(
    client: &Client,
    request: Request<Upload>,
) -> Result<(Response<Incoming>, Lease), Refusal> {
    let mut lease = Lease::connect(client).await.map_err(unconnected)?.once();
    let response = send(client, &mut lease, request)
        .await
        .map_err(|failure| failure.refusal)?;
    Ok((response, lease))
}

/// Why there is no response, and the request if no byte of it left.
struct Failure {
    refusal: Refusal,
    unsent: Option<Box<Request<Upload>>>,
}

async fn send(
    client: &Client,
    lease: &mut Lease,
    request: Request<Upload>,
) -> Result<Response<Incoming>, Failure> {
    let bound = client.arrival.plan.timeouts.response;
    let finished = request.body().finished();
    match within(bound, finished, lease.sender.try_send_request(request)).await {
        None => Err(Failure {
            refusal: BACKEND_SLOW,
            unsent: None,
        }),
        Some(Ok(response)) => Ok(response),
        Some(Err(mut error)) => Err(Failure {
            refusal: blame(error.error()),
            unsent: error.take_message().map(Box::new),
        }),
    }
}

/// A request that may be sent twice without harm: safe, and without a body.
fn copy(request: &Request<Upload>) -> Option<Request<Upload>> {
    let harmless = request.method().is_safe() && request.body().is_end_stream();
    harmless.then(|| {
        let mut copy = Request::new(Upload::empty());
        request.method().clone_into(copy.method_mut());
        request.uri().clone_into(copy.uri_mut());
        request.headers().clone_into(copy.headers_mut());
        copy
    })
}

/// Wait for the response; its time runs from the end of the upload, and is without end if zero.
async fn within<T>(
    bound: Duration,
    uploaded: impl Future<Output = ()>,
    response: impl Future<Output = T>,
) -> Option<T> {
    let overdue = async {
        uploaded.await;
        if bound.is_zero() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(bound).await;
    };
    tokio::select! {
        biased;
        response = response => Some(response),
        () = overdue => None,
    }
}

#[allow(clippy::needless_pass_by_value, reason = "it maps an error")]
fn unconnected(error: ConnectError) -> Refusal {
    match error {
        ConnectError::Exhausted => EXHAUSTED,
        ConnectError::Failed(_) => NO_BACKEND,
    }
}

fn blame(error: &hyper::Error) -> Refusal {
    match error
        .source()
        .and_then(|source| source.downcast_ref::<UploadError>())
    {
        Some(UploadError::TooSlow) => UPLOAD_SLOW,
        Some(UploadError::Broken(_)) => UPLOAD_BROKEN,
        None => BACKEND_BROKE,
    }
}

fn answer(
    client: Arc<Client>,
    mut response: Response<Incoming>,
    lease: Lease,
    upgrade: Option<OnUpgrade>,
    exchanging: Exchange,
) -> Answer {
    let switches = response.status() == StatusCode::SWITCHING_PROTOCOLS;
    forwarded::strip_connection(response.headers_mut(), switches);
    if switches {
        return match upgrade {
            Some(front) => {
                tokio::spawn(join(client, front, hyper::upgrade::on(&mut response)));
                response.map(|body| Either::Left(Download::new(body, None, exchanging)))
            }
            None => BACKEND_BROKE.response().map(Either::Right),
        };
    }
    response.map(|body| Either::Left(Download::new(body, Some(lease), exchanging)))
}

/// Carry the bytes of an upgraded connection until one side ends.
async fn join(client: Arc<Client>, front: OnUpgrade, back: OnUpgrade) {
    let (Ok(front), Ok(back)) = (front.await, back.await) else {
        return;
    };
    let shared = &client.arrival.worker.shared;
    shared.metrics.upgrades.increment();
    let (mut front, mut back) = (TokioIo::new(front), TokioIo::new(back));
    tokio::select! {
        _ = tunnel::run(&mut front, &mut back, false) => {}
        () = client.activity.silence(client.arrival.plan.timeouts.idle) => shared.metrics.idle_cut.increment(),
    }
}
