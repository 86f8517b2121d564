//! Who a verified client certificate says the client is.

use std::fmt::Write as _;

use rustls_pki_types::CertificateDer;
use serde::Serialize;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;

/// The identity that a certificate proves; made only from a certificate that the TLS engine verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Identity {
    /// The subject, in RFC 4514 order as printed by the parser.
    pub subject: String,
    #[serde(skip)]
    pub common_name: Option<String>,
    /// Subject alternative names: `DNS:...`, `URI:...`, `IP:...`, `email:...`.
    pub sans: Vec<String>,
    /// Fingerprint of the certificate, lower-case hex.
    pub sha256: String,
}

impl Identity {
    /// Read a DER certificate; `None` if it cannot be parsed.
    pub(crate) fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
        Some(Self {
            subject: parsed.subject().to_string(),
            common_name: parsed
                .subject()
                .iter_common_name()
                .next()
                .and_then(|name| name.as_str().ok().map(str::to_owned)),
            sans: alternative_names(&parsed),
            sha256: hex(
                aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, certificate).as_ref(),
            ),
        })
    }

    /// JSON in ASCII, fit for a header value.
    pub(crate) fn header_value(&self) -> String {
        ascii_json(&serde_json::to_string(self).unwrap_or_default())
    }
}

fn alternative_names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    extension
        .value
        .general_names
        .iter()
        .filter_map(printed)
        .collect()
}

fn printed(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some(format!("DNS:{name}")),
        GeneralName::URI(uri) => Some(format!("URI:{uri}")),
        GeneralName::RFC822Name(address) => Some(format!("email:{address}")),
        GeneralName::IPAddress(bytes) => address(bytes).map(|address| format!("IP:{address}")),
        _ => None,
    }
}

fn address(bytes: &[u8]) -> Option<std::net::IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(std::net::IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(std::net::IpAddr::from))
        .ok()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn ascii_json(json: &str) -> String {
    let mut ascii = String::with_capacity(json.len());
    for character in json.chars() {
        if (' '..='~').contains(&character) {
            ascii.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(ascii, "\\u{unit:04x}");
            }
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::ascii_json;

    #[test]
    fn a_header_value_is_plain_ascii() {
        assert_eq!(
            ascii_json("\"Zo\u{eb} \u{1f511}\""),
            "\"Zo\\u00eb \\ud83d\\udd11\""
        );
    }
}
