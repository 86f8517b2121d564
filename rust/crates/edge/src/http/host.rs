//! The host that a request names, read so strictly that no backend can read another one (RFC 9110 §7.2).

use std::fmt;
use std::net::Ipv6Addr;

/// `HOST`, `HOST:PORT`, `[IPV6]` or `[IPV6]:PORT`, and nothing else; empty where an old client names none.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Host {
    name: String,
    port: Option<u16>,
}

impl Host {
    /// Read a host; user names, escapes and whatever else a name has not are refused.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (name, port) = match text.rfind(':') {
            Some(colon) if !text.ends_with(']') => {
                (&text[..colon], parse_port(&text[colon + 1..])?)
            }
            _ => (text, None),
        };
        let fits = match name.strip_prefix('[') {
            Some(rest) => rest.strip_suffix(']')?.parse::<Ipv6Addr>().is_ok(),
            None => !name.is_empty() && name.bytes().all(belongs_to_name),
        };
        fits.then(|| Self {
            name: name.to_owned(),
            port,
        })
    }

    /// The name as contexts have it.
    pub(crate) fn server_name(&self) -> String {
        self.name.trim_end_matches('.').to_ascii_lowercase()
    }
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)?;
        match self.port {
            Some(port) => write!(formatter, ":{port}"),
            None => Ok(()),
        }
    }
}

/// A port may be empty, which is as if there were none (RFC 3986 §3.2.3).
#[allow(clippy::option_option, reason = "malformed, absent and present differ")]
fn parse_port(text: &str) -> Option<Option<u16>> {
    if text.is_empty() {
        return Some(None);
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().map(Some)
}

fn belongs_to_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::Host;

    fn read(text: &str) -> Option<(String, String)> {
        Host::parse(text).map(|host| (host.server_name(), host.to_string()))
    }

    #[test]
    fn a_host_loses_its_port_and_case_where_names_are_compared() {
        let pair = |name: &str, host: &str| Some((name.to_owned(), host.to_owned()));
        assert_eq!(
            read("North.localhost:8443"),
            pair("north.localhost", "North.localhost:8443")
        );
        assert_eq!(read("north."), pair("north", "north."));
        assert_eq!(read("north:"), pair("north", "north"));
        assert_eq!(read("[::1]:8443"), pair("[::1]", "[::1]:8443"));
        assert_eq!(read("[::1]"), pair("[::1]", "[::1]"));
        assert_eq!(read("127.0.0.1"), pair("127.0.0.1", "127.0.0.1"));
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in [
            "",
            ":80",
            "a@b",
            "a:b@c",
            "secure%2eexample",
            "a b/c?d#e",
            "a/b",
            "a,b",
            "a:80:80",
            "a:+80",
            "a:65536",
            "::1",
            "[::1",
            "[::1]x",
            "[a]",
            "b\u{fc}cher",
            "a\t",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_so_that_it_reads_the_same(text in ".{0,20}") {
            if let Some(host) = Host::parse(&text) {
                prop_assert_eq!(Host::parse(&host.to_string()).unwrap(), host);
            }
        }
    }
}
