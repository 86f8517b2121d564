//! Tokens hashed to positions in the filter, with recent tokens' positions kept.

use rustc_hash::FxHashMap;

use blake2b_simd::Params;
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;

use crate::encode::keys::Pair;
use crate::encode::schema::Hash;

/// Tokens kept for each feature: enough for every bigram and most of a column's other tokens.
const KEPT_TOKENS: usize = 1 << 16;
/// Positions in one `BLAKE2b` digest.
const CHUNK: usize = 32;

/// One feature's keyed hash.
pub(super) struct Hasher {
    function: Function,
    bits: usize,
    kept: FxHashMap<Box<[u8]>, Vec<u32>>,
}

enum Function {
    Blake { key: Vec<u8> },
    Double(Box<DoubleHash>),
}

struct DoubleHash {
    sha1: Hmac<Sha1>,
    md5: Hmac<Md5>,
    prevent_singularity: bool,
}

impl Hasher {
    pub(super) fn new(hash: &Hash, keys: &Pair, bits: usize) -> Result<Self, String> {
        let function = match *hash {
            Hash::Blake {} if !bits.is_power_of_two() => {
                return Err("blakeHash needs a filter whose length is a power of two".to_owned());
            }
            Hash::Blake {} if keys[0].len() > blake2b_simd::KEYBYTES => {
                return Err("blakeHash takes keys of at most 64 bytes".to_owned());
            }
            Hash::Blake {} => Function::Blake {
                key: keys[0].clone(),
            },
            Hash::Double {
                prevent_singularity,
            } => Function::Double(Box::new(DoubleHash {
                sha1: Hmac::new_from_slice(&keys[0]).map_err(|error| error.to_string())?,
                md5: Hmac::new_from_slice(&keys[1]).map_err(|error| error.to_string())?,
                prevent_singularity,
            })),
        };
        Ok(Self {
            function,
            bits,
            kept: FxHashMap::default(),
        })
    }

    /// Set the first `count` positions of `token`; bit 0 is the highest bit of the first byte.
    pub(super) fn add(&mut self, token: &[u8], count: usize, filter: &mut [u8]) {
        if let Some(positions) = self.kept.get_mut(token) {
            self.function.extend(token, count, self.bits, positions);
            set(filter, &positions[..count]);
            return;
        }
        let mut positions = Vec::new();
        self.function
            .extend(token, count, self.bits, &mut positions);
        set(filter, &positions[..count]);
        if self.kept.len() >= KEPT_TOKENS {
            self.kept.clear();
        }
        self.kept.insert(token.into(), positions);
    }
}

fn set(filter: &mut [u8], positions: &[u32]) {
    for &position in positions {
        filter[position as usize / 8] |= 0x80 >> (position % 8);
    }
}

impl Function {
    /// Add to `positions` until there are `count` or more.
    fn extend(&self, token: &[u8], count: usize, bits: usize, positions: &mut Vec<u32>) {
        match self {
            Self::Blake { key } => {
                while positions.len() < count {
                    let salt = (positions.len() / CHUNK).to_string();
                    let digest = Params::new().key(key).salt(salt.as_bytes()).hash(token);
                    let shorts = digest
                        .as_bytes()
                        .as_chunks()
                        .0
                        .iter()
                        .map(|&pair| u16::from_le_bytes(pair));
                    positions.extend(shorts.map(|short| (short as usize % bits) as u32));
                }
            }
            Self::Double(hash) => {
                let (first, step) = (hash.first(token, bits), hash.step(token, bits));
                let missing = positions.len() as u64..count as u64;
                positions
                    .extend(missing.map(|index| ((first + index * step) % bits as u64) as u32));
            }
        }
    }
}

impl DoubleHash {
    fn first(&self, token: &[u8], bits: usize) -> u64 {
        remainder(
            &self
                .sha1
                .clone()
                .chain_update(token)
                .finalize()
                .into_bytes(),
            bits,
        )
    }

    /// The distance between positions; zero would set one bit alone, so that some schemas ask to hash on.
    fn step(&self, token: &[u8], bits: usize) -> u64 {
        let mac = self.md5.clone().chain_update(token);
        let step = remainder(&mac.clone().finalize().into_bytes(), bits);
        if step != 0 || !self.prevent_singularity {
            return step;
        }
        let longer = ('\0'..='\u{FFFF}').map(|suffix| {
            let mut text = [0; 4];
            let mac = mac
                .clone()
                .chain_update(suffix.encode_utf8(&mut text).as_bytes());
            remainder(&mac.finalize().into_bytes(), bits)
        });
        longer.into_iter().find(|&step| step != 0).unwrap_or(0)
    }
}

/// A big-endian number modulo `bits`.
fn remainder(digest: &[u8], bits: usize) -> u64 {
    digest.iter().fold(0, |rest, &byte| {
        (rest * 256 + u64::from(byte)) % bits as u64
    })
}
