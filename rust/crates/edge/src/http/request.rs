//! Turn a client's request head into the one that a backend gets.

use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode, Uri, Version};

use crate::client::Client;
use crate::forwarded;
use crate::http::host::Host;
use crate::http::refusal::Refusal;

const NO_HOST: Refusal = Refusal::new(
    StatusCode::BAD_REQUEST,
    "the request names no host, several, or a malformed one",
);
const NO_PROXY: Refusal =
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "CONNECT is not served here");
const BAD_TARGET: Refusal =
    Refusal::new(StatusCode::BAD_REQUEST, "the request target is malformed");
const MISDIRECTED: Refusal = Refusal::new(
    StatusCode::MISDIRECTED_REQUEST,
    "the host is another than the connection's server name",
);

const TOO_LARGE: Refusal = Refusal::new(
    StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
    "the request's headers are too large",
);
const CODED: Refusal = Refusal::new(
    StatusCode::NOT_IMPLEMENTED,
    "no transfer coding but chunked is served",
);

/// Rewrite the head in place; connection headers go before ours come, so that a client cannot name ours as theirs.
pub(crate) fn prepare(
    head: &mut Parts,
    client: &Client,
    identity: Option<&HeaderValue>,
    upgrade: bool,
) -> Result<(), Refusal> {
    if head.method == Method::CONNECT {
        return Err(NO_PROXY);
    }
    if size(head) > client.arrival.plan.limits.header_bytes {
        return Err(TOO_LARGE);
    }
    if is_coded(&head.headers) {
        return Err(CODED);
    }
    let host = host(head)?;
    let named = client.arrival.plan.context_named(&host.server_name());
    let host = host.to_string();
    if named.is_some_and(|context| context != client.context) {
        return Err(MISDIRECTED);
    }
    forwarded::strip_connection(&mut head.headers, upgrade);
    head.headers.remove(header::EXPECT);
    join_cookies(&mut head.headers);
    let rule = client.arrival.plan.forwarded;
    forwarded::introduce(
        &mut head.headers,
        client.arrival.peer.ip(),
        Some(&host),
        identity,
        rule,
    );
    head.headers.insert(
        header::HOST,
        HeaderValue::try_from(&host).map_err(|_| NO_HOST)?,
    );
    head.uri = origin_form(&head.uri)?;
    head.version = Version::HTTP_11;
    Ok(())
}

fn host(head: &Parts) -> Result<Host, Refusal> {
    if let Some(authority) = head.uri.authority() {
        return Host::parse(authority.as_str()).ok_or(NO_HOST);
    }
    let mut values = head.headers.get_all(header::HOST).iter();
    match (values.next().map(HeaderValue::to_str), values.next()) {
        (Some(Ok(host)), None) => Host::parse(host).ok_or(NO_HOST),
        (None, None) if head.version == Version::HTTP_10 => Ok(Host::default()),
        _ => Err(NO_HOST),
    }
}

/// Bytes of the request line and the headers, line ends among them.
fn size(head: &Parts) -> usize {
    let target = head.uri.path_and_query();
    let target = target.map_or(0, |target| target.as_str().len());
    let fields = head.headers.iter();
    let fields = fields.map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    head.method.as_str().len() + target + fields.sum::<usize>()
}

/// Whether the body is coded in another way than hyper undoes: `chunked`, and nothing before it.
fn is_coded(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    codings.next().is_some_and(|coding| {
        !coding.as_bytes().eq_ignore_ascii_case(b"chunked") || codings.next().is_some()
    })
}

fn origin_form(uri: &Uri) -> Result<Uri, Refusal> {
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    target.parse().map_err(|_| BAD_TARGET)
}

/// HTTP/2 may split cookies; HTTP/1.1 may not (RFC 9113 §8.2.3).
fn join_cookies(headers: &mut HeaderMap) {
    let cookies: Vec<&[u8]> = headers
        .get_all(header::COOKIE)
        .iter()
        .map(HeaderValue::as_bytes)
        .collect();
    if cookies.len() > 1
        && let Ok(joined) = HeaderValue::from_bytes(&cookies.join(&b"; "[..]))
    {
        headers.insert(header::COOKIE, joined);
    }
}
