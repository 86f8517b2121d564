//! Which requests may turn their connection into another protocol: WebSocket's opening handshake, and no others.
//!
//! A backend that reads an upgrade as the end of HTTP, while this side reads a body, would take the body for the next
//! request of the connection: one that anybody wrote, with an identity of their choice.

use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Version};

const WEBSOCKET: &[u8] = b"websocket";

/// Whether the client opens a WebSocket (RFC 6455 §4.1): a GET without a body that names this protocol alone.
pub(crate) fn opens_websocket(head: &Parts) -> bool {
    head.version == Version::HTTP_11
        && head.method == Method::GET
        && !has_body(&head.headers)
        && only(&head.headers, header::UPGRADE)
            .is_some_and(|protocol| protocol.as_bytes().eq_ignore_ascii_case(WEBSOCKET))
        && connection_asks(&head.headers)
}

fn has_body(headers: &HeaderMap) -> bool {
    headers.contains_key(header::TRANSFER_ENCODING)
        || headers
            .get_all(header::CONTENT_LENGTH)
            .iter()
            .any(|length| length != "0")
}

fn only(headers: &HeaderMap, name: HeaderName) -> Option<&HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

fn connection_asks(headers: &HeaderMap) -> bool {
    let options = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok());
    options
        .flat_map(|value| value.split(','))
        .any(|option| option.trim().eq_ignore_ascii_case("upgrade"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use hyper::{Method, Request, Version};

    use super::opens_websocket;

    fn opens(method: Method, version: Version, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().method(method).version(version);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        opens_websocket(&request.body(()).unwrap().into_parts().0)
    }

    fn get(headers: &[(&str, &str)]) -> bool {
        opens(Method::GET, Version::HTTP_11, headers)
    }

    const ASKS: (&str, &str) = ("connection", "keep-alive, Upgrade");

    #[test]
    fn a_websocket_is_asked_for_in_any_case() {
        assert!(get(&[ASKS, ("upgrade", "WebSocket")]));
        assert!(get(&[
            ASKS,
            ("upgrade", "websocket"),
            ("content-length", "0")
        ]));
    }

    #[test]
    fn a_body_forbids_it() {
        for body in [("content-length", "1"), ("transfer-encoding", "chunked")] {
            assert!(!get(&[ASKS, ("upgrade", "websocket"), body]));
        }
    }

    #[test]
    fn other_protocols_are_not_asked_for() {
        for protocol in ["foo", "h2c", "websocket, foo", "websocket/13", ""] {
            assert!(!get(&[ASKS, ("upgrade", protocol)]));
        }
        assert!(!get(&[ASKS, ("upgrade", "websocket"), ("upgrade", "foo")]));
    }

    #[test]
    fn method_version_and_connection_must_fit() {
        let headers = [ASKS, ("upgrade", "websocket")];
        assert!(!opens(Method::POST, Version::HTTP_11, &headers));
        assert!(!opens(Method::GET, Version::HTTP_10, &headers));
        assert!(!get(&[("upgrade", "websocket")]));
    }
}
