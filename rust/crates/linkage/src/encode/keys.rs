//! Two keys for each feature, derived from the secret.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use sha2::{Sha256, Sha512};

use crate::encode::schema::{Kdf, KdfHash};
use crate::error::Error;

/// The keys of one feature: the second serves double hashing alone.
pub(super) type Pair = [Vec<u8>; 2];

/// RFC 5869 over the secret, cut into two keys for each feature, ignored ones among them.
pub(super) fn derive(kdf: &Kdf, secret: &[u8], features: usize) -> Result<Vec<Pair>, Error> {
    let salt = kdf
        .salt
        .as_deref()
        .map(|text| decoded("salt", text))
        .transpose()?;
    let info = kdf
        .info
        .as_deref()
        .map(|text| decoded("info", text))
        .transpose()?
        .unwrap_or_default();
    if kdf.key_size == 0 || kdf.key_size > 4096 {
        return Err(Error::schema(
            "clkConfig.kdf.keySize".to_owned(),
            "is not between 1 and 4096".to_owned(),
        ));
    }
    let mut material = vec![0; features * 2 * kdf.key_size];
    let expanded = match kdf.hash {
        KdfHash::Sha256 => {
            Hkdf::<Sha256>::new(salt.as_deref(), secret).expand(&info, &mut material)
        }
        KdfHash::Sha512 => {
            Hkdf::<Sha512>::new(salt.as_deref(), secret).expand(&info, &mut material)
        }
    };
    let too_many = || "is too short a hash for so many features' keys".to_owned();
    expanded.map_err(|_| Error::schema("clkConfig.kdf.hash".to_owned(), too_many()))?;
    let mut keys = material.chunks_exact(kdf.key_size).map(<[u8]>::to_vec);
    Ok(std::iter::from_fn(|| Some([keys.next()?, keys.next()?])).collect())
}

fn decoded(name: &str, text: &str) -> Result<Vec<u8>, Error> {
    let problem = |error: base64::DecodeError| {
        Error::schema(format!("clkConfig.kdf.{name}"), error.to_string())
    };
    STANDARD.decode(text).map_err(problem)
}
