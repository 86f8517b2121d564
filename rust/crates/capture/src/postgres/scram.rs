//! SCRAM-SHA-256, RFC 5802 and 7677; with channel binding `tls-server-end-point` over TLS (RFC 5929).

use crate::error::{Error, Result};
use aws_lc_rs::{digest, hmac, pbkdf2, rand};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::num::NonZeroU32;

/// What a client proves, and to whom.
pub struct Scram {
    password: Vec<u8>,
    nonce: String,
    /// The GS2 header, followed by the binding's bytes when there is one.
    binding: Vec<u8>,
    first_bare: String,
    server_signature: Option<Vec<u8>>,
}

impl Scram {
    /// Begin an exchange; `binding` is the hash of the server's certificate.
    pub fn new(password: &str, binding: Option<&[u8]>) -> Result<Self> {
        let mut random = [0; 18];
        rand::fill(&mut random).map_err(|_| Error::Distrusted("no randomness".into()))?;
        Ok(Self::with_nonce(password, binding, STANDARD.encode(random)))
    }

    fn with_nonce(password: &str, binding: Option<&[u8]>, nonce: String) -> Self {
        let mut bound = if binding.is_some() {
            b"p=tls-server-end-point,,".to_vec()
        } else {
            b"n,,".to_vec()
        };
        bound.extend_from_slice(binding.unwrap_or_default());
        let first_bare = format!("n=,r={nonce}");
        Self {
            password: password.as_bytes().to_vec(),
            nonce,
            binding: bound,
            first_bare,
            server_signature: None,
        }
    }

    /// The mechanism's name.
    pub fn mechanism(&self) -> &'static str {
        if self.binding.starts_with(b"p") {
            "SCRAM-SHA-256-PLUS"
        } else {
            "SCRAM-SHA-256"
        }
    }

    /// The client's first message.
    pub fn first(&self) -> String {
        let header = if self.binding.starts_with(b"p") {
            "p=tls-server-end-point,,"
        } else {
            "n,,"
        };
        format!("{header}{}", self.first_bare)
    }

    /// Answer the server's first message with the proof.
    pub fn proof(&mut self, server_first: &str) -> Result<String> {
        let nonce = attribute(server_first, 'r')?;
        if !nonce.starts_with(&self.nonce) || nonce == self.nonce {
            return Err(Error::Distrusted(
                "the server did not extend our nonce".into(),
            ));
        }
        let salt = decode(attribute(server_first, 's')?)?;
        let rounds = attribute(server_first, 'i')?
            .parse::<u32>()
            .ok()
            .filter(|rounds| *rounds <= 10_000_000);
        let rounds = rounds
            .and_then(NonZeroU32::new)
            .ok_or_else(|| malformed("iteration count"))?;
        let mut salted = [0; 32];
        pbkdf2::derive(
            pbkdf2::PBKDF2_HMAC_SHA256,
            rounds,
            &salt,
            &self.password,
            &mut salted,
        );
        let client_key = sign(&salted, b"Client Key");
        let stored_key = digest::digest(&digest::SHA256, client_key.as_ref());
        let without_proof = format!("c={},r={nonce}", STANDARD.encode(&self.binding));
        let exchange = format!("{},{server_first},{without_proof}", self.first_bare);
        let signature = sign(stored_key.as_ref(), exchange.as_bytes());
        let proof: Vec<u8> = client_key
            .as_ref()
            .iter()
            .zip(signature.as_ref())
            .map(|(key, mask)| key ^ mask)
            .collect();
        let server_key = sign(&salted, b"Server Key");
        self.server_signature = Some(
            sign(server_key.as_ref(), exchange.as_bytes())
                .as_ref()
                .to_vec(),
        );
        Ok(format!("{without_proof},p={}", STANDARD.encode(proof)))
    }

    /// Check that the server knew the password too.
    pub fn verify(&self, server_final: &str) -> Result<()> {
        let signature = decode(attribute(server_final, 'v')?)?;
        match &self.server_signature {
            Some(expected) if *expected == signature => Ok(()),
            _ => Err(Error::Distrusted(
                "the server does not know the password it asked for".into(),
            )),
        }
    }
}

fn sign(key: &[u8], message: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message)
}

fn attribute(message: &str, name: char) -> Result<&str> {
    message
        .split(',')
        .find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
        .ok_or_else(|| malformed(&format!("no attribute {name}")))
}

fn decode(text: &str) -> Result<Vec<u8>> {
    STANDARD.decode(text).map_err(|_| malformed("bad base64"))
}

fn malformed(what: &str) -> Error {
    Error::malformed("SCRAM message", what)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The exchange of RFC 7677, section 3, whose user name PostgreSQL leaves empty: only the proof differs.
    #[test]
    fn the_exchange_of_rfc_7677() {
        let mut scram = Scram::with_nonce("pencil", None, "rOprNGfwEbeRWgbNEkqO".into());
        scram.first_bare = "n=user,r=rOprNGfwEbeRWgbNEkqO".into();
        let first = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
        let proof = scram.proof(first).unwrap();
        assert!(proof.ends_with("p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="));
        scram
            .verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
            .unwrap();
        assert!(scram.verify("v=AAAA").is_err());
    }

    #[test]
    fn a_foreign_nonce_is_refused() {
        let mut scram = Scram::with_nonce("pencil", None, "abc".into());
        assert!(
            scram
                .proof("r=xyz,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")
                .is_err()
        );
        assert!(
            scram
                .proof("r=abc,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")
                .is_err()
        );
    }
}
