//! Turn a context into what the TLS engine needs; the only module that builds rustls configurations.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::{
    ClientHello, NoServerSessionStorage, ProducesTickets, ResolvesServerCert, ServerConfig,
    WebPkiClientVerifier,
};
use rustls::sign::CertifiedKey;
use rustls::{RootCertStore, SupportedProtocolVersion, version};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::error::EdgeError;
use crate::snapshot::{ClientCertificate, Context};

/// The engine counts a record's header to its fragment, bud's key does not.
const RECORD_HEADER: usize = 5;

/// Keys of session tickets, with the policy that they stand for: a session is resumed only under the policy it was made.
#[derive(Debug, Clone)]
pub(crate) struct Tickets {
    policy: u64,
    producer: Arc<dyn ProducesTickets>,
}

impl Tickets {
    /// Keep `previous` keys if they were made for the same names and the same demands on clients.
    pub(crate) fn keep_or_make<'a>(
        context: &Context,
        mut previous: impl Iterator<Item = &'a Tickets>,
    ) -> Result<Self, EdgeError> {
        let policy = policy_of(context);
        if let Some(kept) = previous.find(|tickets| tickets.policy == policy) {
            return Ok(kept.clone());
        }
        let producer =
            aws_lc_rs::Ticketer::new().map_err(|error| EdgeError::value("tickets", error))?;
        Ok(Self { policy, producer })
    }
}

fn policy_of(context: &Context) -> u64 {
    let mut hasher = DefaultHasher::new();
    (
        &context.names,
        context.client_certificate,
        &context.client_authorities,
    )
        .hash(&mut hasher);
    hasher.finish()
}

/// Build the engine's configuration of one context; `place` names it in errors.
pub(crate) fn server_config(
    place: &str,
    context: &Context,
    tickets: &Tickets,
) -> Result<Arc<ServerConfig>, EdgeError> {
    let provider = Arc::new(provider(place, &context.cipher_suites)?);
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&versions(place, &context.versions)?)
        .map_err(|error| EdgeError::value(format!("{place}.versions"), error))?;
    let builder = match context.client_certificate {
        ClientCertificate::None => builder.with_no_client_auth(),
        demand => {
            let roots = Arc::new(authorities(place, &context.client_authorities)?);
            let verifier =
                WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(&provider));
            let verifier = if demand == ClientCertificate::Optional {
                verifier.allow_unauthenticated()
            } else {
                verifier
            };
            let verifier = verifier
                .build()
                .map_err(|error| EdgeError::value(format!("{place}.client_authorities"), error))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let mut config =
        builder.with_cert_resolver(Arc::new(Credentials::load(place, context, &provider)?));
    config.alpn_protocols = context
        .protocols
        .iter()
        .map(|protocol| protocol.clone().into_bytes())
        .collect();
    config.ignore_client_order = context.server_preference;
    config.max_fragment_size = context.max_fragment.map(|plain| plain + RECORD_HEADER);
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.ticketer = Arc::clone(&tickets.producer);
    Ok(Arc::new(config))
}

fn provider(place: &str, names: &[String]) -> Result<CryptoProvider, EdgeError> {
    let mut provider = aws_lc_rs::default_provider();
    if names.is_empty() {
        return Ok(provider);
    }
    let known = std::mem::take(&mut provider.cipher_suites);
    for name in names {
        let suite = known
            .iter()
            .find(|suite| suite.suite().as_str() == Some(name));
        let place = || format!("{place}.cipher_suites");
        provider.cipher_suites.push(
            *suite.ok_or_else(|| EdgeError::value(place(), format!("unknown suite {name}")))?,
        );
    }
    Ok(provider)
}

fn versions(
    place: &str,
    names: &[String],
) -> Result<Vec<&'static SupportedProtocolVersion>, EdgeError> {
    let version = |name: &String| match name.as_str() {
        "1.2" => Ok(&version::TLS12),
        "1.3" => Ok(&version::TLS13),
        other => Err(EdgeError::value(
            format!("{place}.versions"),
            format!("unknown version {other}"),
        )),
    };
    names.iter().map(version).collect()
}

fn authorities(place: &str, pem: &str) -> Result<RootCertStore, EdgeError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(&format!("{place}.client_authorities"), pem)? {
        roots
            .add(certificate)
            .map_err(|error| EdgeError::value(format!("{place}.client_authorities"), error))?;
    }
    Ok(roots)
}

fn certificates(place: &str, pem: &str) -> Result<Vec<CertificateDer<'static>>, EdgeError> {
    let found = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<Vec<_>, _>>();
    let found = found.map_err(|error| EdgeError::value(place, error))?;
    if found.is_empty() {
        Err(EdgeError::value(place, "it holds no PEM certificate"))
    } else {
        Ok(found)
    }
}

/// The certificates of one context, RSA and ECDSA side by side; the client's signature schemes choose.
#[derive(Debug)]
struct Credentials(Vec<Arc<CertifiedKey>>);

impl Credentials {
    fn load(place: &str, context: &Context, provider: &CryptoProvider) -> Result<Self, EdgeError> {
        let load = |(index, credential): (usize, &crate::snapshot::Credential)| {
            let place = format!("{place}.credentials[{index}]");
            let chain = certificates(&format!("{place}.certificate"), &credential.certificate)?;
            let key = PrivateKeyDer::from_pem_slice(credential.key.as_bytes())
                .map_err(|error| EdgeError::value(format!("{place}.key"), error))?;
            let certified = CertifiedKey::from_der(chain, key, provider);
            certified
                .map(Arc::new)
                .map_err(|error| EdgeError::value(place, error))
        };
        context
            .credentials
            .iter()
            .enumerate()
            .map(load)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl ResolvesServerCert for Credentials {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let fits = |certified: &&Arc<CertifiedKey>| {
            certified
                .key
                .choose_scheme(hello.signature_schemes())
                .is_some()
        };
        self.0.iter().find(fits).or(self.0.first()).cloned()
    }
}
