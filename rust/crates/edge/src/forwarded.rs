//! Headers that tell an HTTP backend who its client is (RFC 7239), and those that a client may not send.

use std::net::IpAddr;

use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};

use crate::snapshot::Forwarded;

/// Carries a verified client certificate's identity to the backend.
pub(crate) const CLIENT_IDENTITY: HeaderName =
    HeaderName::from_static("x-tallystick-client-identity");

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");

/// State the client's address, the scheme and the identity; what the client claims about them is deleted.
pub(crate) fn introduce(
    headers: &mut HeaderMap,
    client: IpAddr,
    host: Option<&str>,
    identity: Option<&HeaderValue>,
    rule: Forwarded,
) {
    remove_lookalikes(headers);
    headers.remove(CLIENT_IDENTITY);
    if let Some(identity) = identity {
        headers.insert(CLIENT_IDENTITY, identity.clone());
    }
    let client = client.to_canonical();
    state(headers, FOR, &client.to_string(), rule);
    state(headers, header::FORWARDED, &element(client, host), rule);
    headers.insert(PROTO, HeaderValue::from_static("https"));
}

/// Delete what belongs to one connection only (RFC 9110 §7.6.1); an upgrade's own two headers stay if asked.
pub(crate) fn strip_connection(headers: &mut HeaderMap, keep_upgrade: bool) {
    let upgrade = if keep_upgrade {
        headers.get(header::UPGRADE).cloned()
    } else {
        None
    };
    for name in connection_options(headers) {
        headers.remove(name);
    }
    for name in [
        header::CONNECTION,
        KEEP_ALIVE,
        PROXY_CONNECTION,
        header::TE,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
    ] {
        headers.remove(name);
    }
    if let Some(protocol) = upgrade {
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, protocol);
    }
}

fn connection_options(headers: &HeaderMap) -> Vec<HeaderName> {
    let values = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect()
}

/// Some gateways read `X_Forwarded_For` as `X-Forwarded-For`; a client may use neither.
fn remove_lookalikes(headers: &mut HeaderMap) {
    let stated = [CLIENT_IDENTITY, FOR, PROTO];
    let looks_alike = |name: &HeaderName| {
        name.as_str().contains('_')
            && stated
                .iter()
                .any(|known| name.as_str().replace('_', "-") == known.as_str())
    };
    let names: Vec<HeaderName> = headers
        .keys()
        .filter(|name| looks_alike(name))
        .cloned()
        .collect();
    for name in names {
        headers.remove(name);
    }
}

fn state(headers: &mut HeaderMap, name: HeaderName, value: &str, rule: Forwarded) {
    let mut values: Vec<&str> = match rule {
        Forwarded::Append => headers
            .get_all(&name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect(),
        Forwarded::Replace => Vec::new(),
    };
    values.push(value);
    if let Ok(joined) = HeaderValue::try_from(values.join(", ")) {
        headers.insert(name, joined);
    }
}

fn element(client: IpAddr, host: Option<&str>) -> String {
    let node = match client {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("\"[{address}]\""),
    };
    match host.filter(|host| {
        host.bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
    }) {
        Some(host) => format!("for={node};host=\"{host}\";proto=https"),
        None => format!("for={node};proto=https"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{
        CLIENT_IDENTITY, Forwarded, HeaderMap, HeaderName, HeaderValue, introduce, strip_connection,
    };

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        };
        pairs.iter().map(pair).collect()
    }

    fn introduced(mut headers: HeaderMap, rule: Forwarded) -> HeaderMap {
        introduce(
            &mut headers,
            "192.0.2.7".parse().unwrap(),
            Some("north.localhost"),
            None,
            rule,
        );
        headers
    }

    #[test]
    fn the_client_is_named_in_both_headers() {
        let headers = introduced(HeaderMap::new(), Forwarded::Replace);
        assert_eq!(headers["x-forwarded-for"], "192.0.2.7");
        assert_eq!(headers["x-forwarded-proto"], "https");
        assert_eq!(
            headers["forwarded"],
            "for=192.0.2.7;host=\"north.localhost\";proto=https"
        );
    }

    #[test]
    fn a_claim_is_replaced() {
        let forged = headers(&[
            ("x-forwarded-for", "10.0.0.1"),
            ("x_forwarded_for", "10.0.0.1"),
            ("x-forwarded-proto", "http"),
        ]);
        let headers = introduced(forged, Forwarded::Replace);
        assert_eq!(headers["x-forwarded-for"], "192.0.2.7");
        assert_eq!(headers["x-forwarded-proto"], "https");
        assert!(!headers.contains_key("x_forwarded_for"));
    }

    #[test]
    fn a_chain_is_kept_where_it_is_trusted() {
        let headers = introduced(
            headers(&[("x-forwarded-for", "10.0.0.1")]),
            Forwarded::Append,
        );
        assert_eq!(headers["x-forwarded-for"], "10.0.0.1, 192.0.2.7");
    }

    #[test]
    fn an_identity_cannot_be_claimed() {
        let mut forged = headers(&[("x_tallystick_client_identity", "{}")]);
        forged.append(CLIENT_IDENTITY, HeaderValue::from_static("{}"));
        forged.append(CLIENT_IDENTITY, HeaderValue::from_static("{}"));
        let headers = introduced(forged, Forwarded::Append);
        assert!(
            !headers
                .keys()
                .any(|name| name.as_str().contains("identity"))
        );
    }

    #[test]
    fn connection_headers_and_those_they_name_stay_behind() {
        let mut headers = headers(&[
            ("connection", "close, x-secret"),
            ("x-secret", "1"),
            ("te", "trailers"),
            ("accept", "*/*"),
        ]);
        strip_connection(&mut headers, false);
        assert_eq!(
            headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(),
            ["accept"]
        );
    }

    #[test]
    fn an_upgrade_keeps_its_two_headers() {
        let mut headers = headers(&[
            ("connection", "keep-alive, Upgrade"),
            ("upgrade", "websocket"),
        ]);
        strip_connection(&mut headers, true);
        assert_eq!(
            (&headers["connection"], &headers["upgrade"]),
            (&"upgrade".parse().unwrap(), &"websocket".parse().unwrap())
        );
    }
}
