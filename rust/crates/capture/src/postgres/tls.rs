//! TLS as libpq's sslmode words define it: encryption first, identity only where it is asked for.

use crate::error::{Error, Result};
use crate::postgres::options::{Options, TlsMode};
use crate::postgres::reader::Reader;
use aws_lc_rs::digest;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, aws_lc_rs::default_provider, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use std::sync::Arc;

/// A TLS client for one connection to the options' host.
pub fn client(options: &Options) -> Result<ClientConnection> {
    let name = ServerName::try_from(options.host.clone()).map_err(|_| {
        Error::Misconfigured(format!(
            "database.hostname {:?} is no name that TLS can carry",
            options.host
        ))
    })?;
    ClientConnection::new(Arc::new(configuration(options)?), name)
        .map_err(|error| Error::Distrusted(error.to_string()))
}

fn configuration(options: &Options) -> Result<ClientConfig> {
    let provider = Arc::new(default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Misconfigured(error.to_string()))?;
    let builder = match options.tls {
        TlsMode::VerifyFull => builder.with_root_certificates(roots(options)?),
        _ => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Unverified(provider))),
    };
    Ok(builder.with_no_client_auth())
}

fn roots(options: &Options) -> Result<RootCertStore> {
    let path = options.root_certificate.as_deref().ok_or_else(|| {
        Error::Misconfigured(
            "database.sslmode=verify-full needs database.sslrootcert, a PEM file".into(),
        )
    })?;
    let unreadable = |error: String| {
        Error::Misconfigured(format!("database.sslrootcert {}: {error}", path.display()))
    };
    let mut store = RootCertStore::empty();
    for certificate in
        CertificateDer::pem_file_iter(path).map_err(|error| unreadable(error.to_string()))?
    {
        let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
        store
            .add(certificate)
            .map_err(|error| unreadable(error.to_string()))?;
    }
    if store.is_empty() {
        return Err(unreadable("holds no certificate".into()));
    }
    Ok(store)
}

/// The `tls-server-end-point` binding of RFC 5929: the certificate hashed as its signature was.
pub fn end_point_binding(certificate: &[u8]) -> Option<Vec<u8>> {
    let algorithm = match signature_oid(certificate).ok()? {
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, hash] => match hash {
            4 | 5 | 11 => &digest::SHA256,
            12 => &digest::SHA384,
            13 => &digest::SHA512,
            _ => return None,
        },
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, hash] => match hash {
            2 => &digest::SHA256,
            3 => &digest::SHA384,
            4 => &digest::SHA512,
            _ => return None,
        },
        _ => return None,
    };
    Some(digest::digest(algorithm, certificate).as_ref().to_vec())
}

/// `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm { OID, ... }, ... }`
fn signature_oid(certificate: &[u8]) -> Result<&[u8]> {
    let mut outer = Reader::new(
        element(&mut Reader::new(certificate, "certificate"))?,
        "certificate",
    );
    element(&mut outer)?;
    element(&mut Reader::new(element(&mut outer)?, "certificate"))
}

/// Take one DER element and return its contents.
fn element<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8]> {
    reader.u8()?;
    let length = match reader.u8()? {
        short @ 0..=0x7f => usize::from(short),
        long @ 0x81..=0x84 => reader
            .take(usize::from(long & 0x7f))?
            .iter()
            .fold(0, |sum, byte| sum << 8 | usize::from(*byte)),
        _ => return Err(reader.malformed("length")),
    };
    reader.take(length)
}

/// `require` encrypts without asking who the server is, as libpq's does.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
