//! The line that tells a byte-forwarding backend who its client is: PROXY protocol version 1, or bud's JSON line.

use std::net::{IpAddr, SocketAddr};

use serde_json::{Value, json};

use crate::identity::Identity;
use crate::snapshot::ProxyLine;

/// Render the line; `door` is the address that the client came to. A door to both families writes IPv4 as such.
pub(crate) fn render(
    kind: ProxyLine,
    client: SocketAddr,
    door: SocketAddr,
    identity: Option<&Identity>,
) -> String {
    let canonical = |end: SocketAddr| SocketAddr::new(end.ip().to_canonical(), end.port());
    let (client, door) = (canonical(client), canonical(door));
    match kind {
        ProxyLine::None => String::new(),
        ProxyLine::V1 => v1(client, door),
        ProxyLine::Json => json_line(client, door, identity),
    }
}

fn family(address: IpAddr) -> &'static str {
    if address.is_ipv4() { "TCP4" } else { "TCP6" }
}

fn v1(client: SocketAddr, door: SocketAddr) -> String {
    let (from, to) = (client.ip(), door.ip());
    format!(
        "PROXY {} {from} {to} {} {}\r\n",
        family(from),
        client.port(),
        door.port()
    )
}

fn json_line(client: SocketAddr, door: SocketAddr, identity: Option<&Identity>) -> String {
    let from = client.ip();
    let common_name = identity
        .and_then(|identity| identity.common_name.clone())
        .map_or(Value::Bool(false), Value::from);
    // bud's parser of this line reads the keys in this order.
    format!(
        "BUD {{\"family\":\"{}\",\"bud\":{{\"host\":{},\"port\":{}}},\"peer\":{{\"host\":{},\"port\":{},\"cn\":{common_name},\"dn\":false}}}}\r\n",
        family(from),
        json!(door.ip().to_string()),
        door.port(),
        json!(from.to_string()),
        client.port(),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{ProxyLine, render};

    #[test]
    fn version_one_names_both_ends() {
        let (client, door) = (
            "192.0.2.7:40000".parse().unwrap(),
            "0.0.0.0:1443".parse().unwrap(),
        );
        assert_eq!(
            render(ProxyLine::V1, client, door, None),
            "PROXY TCP4 192.0.2.7 0.0.0.0 40000 1443\r\n"
        );
    }

    #[test]
    fn version_one_says_tcp6_for_ipv6() {
        let (client, door) = (
            "[2001:db8::1]:5".parse().unwrap(),
            "[::]:1443".parse().unwrap(),
        );
        assert_eq!(
            render(ProxyLine::V1, client, door, None),
            "PROXY TCP6 2001:db8::1 :: 5 1443\r\n"
        );
    }

    #[test]
    fn a_door_to_both_families_writes_ipv4_as_such() {
        let (client, door) = (
            "[::ffff:192.0.2.7]:5".parse().unwrap(),
            "[::ffff:192.0.2.1]:1443".parse().unwrap(),
        );
        assert_eq!(
            render(ProxyLine::V1, client, door, None),
            "PROXY TCP4 192.0.2.7 192.0.2.1 5 1443\r\n"
        );
        assert!(render(ProxyLine::Json, client, door, None).contains("\"host\":\"192.0.2.1\""));
    }

    #[test]
    fn the_json_line_has_buds_key_order() {
        let (client, door) = (
            "192.0.2.7:40000".parse().unwrap(),
            "127.0.0.1:1443".parse().unwrap(),
        );
        let expected = "BUD {\"family\":\"TCP4\",\"bud\":{\"host\":\"127.0.0.1\",\"port\":1443},\
                        \"peer\":{\"host\":\"192.0.2.7\",\"port\":40000,\"cn\":false,\"dn\":false}}\r\n";
        assert_eq!(render(ProxyLine::Json, client, door, None), expected);
    }
}
