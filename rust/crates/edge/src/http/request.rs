//! Turn a client's request head into the one that a backend gets.

use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode, Uri, Version};

use crate::client::Client;
use crate::forwarded;
use crate::http::refusal::Refusal;

const NO_HOST: Refusal = Refusal::new(
    StatusCode::BAD_REQUEST,
    "the request names no host, or several",
);
const NO_PROXY: Refusal =
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "CONNECT is not served here");
const BAD_TARGET: Refusal =
    Refusal::new(StatusCode::BAD_REQUEST, "the request target is malformed");
const MISDIRECTED: Refusal = Refusal::new(
    StatusCode::MISDIRECTED_REQUEST,
    "the host is another than the connection's server name",
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
    let host = host(head)?;
    let named = client.arrival.plan.context_named(&name_of(&host));
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

fn host(head: &Parts) -> Result<String, Refusal> {
    if let Some(authority) = head.uri.authority() {
        return Ok(authority.as_str().to_owned());
    }
    let mut values = head.headers.get_all(header::HOST).iter();
    match (values.next().map(HeaderValue::to_str), values.next()) {
        (Some(Ok(host)), None) => Ok(host.to_owned()),
        (None, None) if head.version == Version::HTTP_10 => Ok(String::new()),
        _ => Err(NO_HOST),
    }
}

fn name_of(host: &str) -> String {
    let end = if host.starts_with('[') {
        host.find(']').map_or(host.len(), |at| at + 1)
    } else {
        host.find(':').unwrap_or(host.len())
    };
    host[..end].trim_end_matches('.').to_ascii_lowercase()
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

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn a_host_loses_its_port_and_case() {
        assert_eq!(name_of("North.localhost:8443"), "north.localhost");
        assert_eq!(name_of("[::1]:8443"), "[::1]");
        assert_eq!(name_of("[::1]"), "[::1]");
    }
}
