//! The linkage schema, version 3, as written.

use serde::Deserialize;
use serde_json::Value;

use crate::encode::convert;
use crate::error::Error;

/// Bits that one token or feature may set.
const MOST_BITS: usize = 1 << 16;

/// What the encoder needs of a schema.
pub(super) struct Schema {
    pub bits: usize,
    pub folds: u32,
    pub kdf: Kdf,
    pub features: Vec<Feature>,
}

pub(super) struct Feature {
    pub identifier: String,
    pub rule: Option<Rule>,
}

#[derive(Deserialize)]
pub(super) struct Rule {
    pub format: Format,
    pub hashing: Hashing,
}

#[derive(Deserialize)]
struct Config {
    l: usize,
    #[serde(default)]
    xor_folds: u32,
    kdf: Kdf,
}

#[derive(Deserialize)]
pub(super) struct Kdf {
    #[serde(rename = "type")]
    #[allow(dead_code, reason = "parsed to refuse every other type")]
    kind: KdfKind,
    #[serde(default)]
    pub hash: KdfHash,
    pub salt: Option<String>,
    pub info: Option<String>,
    #[serde(rename = "keySize", default = "default_key_size")]
    pub key_size: usize,
}

#[derive(Deserialize)]
enum KdfKind {
    #[serde(rename = "HKDF")]
    Hkdf,
}

#[derive(Deserialize, Default)]
pub(super) enum KdfHash {
    #[default]
    #[serde(rename = "SHA256")]
    Sha256,
    #[serde(rename = "SHA512")]
    Sha512,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum Format {
    #[serde(rename_all = "camelCase")]
    String {
        encoding: Option<Encoding>,
        case: Option<Case>,
        min_length: Option<usize>,
        max_length: Option<usize>,
        pattern: Option<String>,
        #[allow(dead_code, reason = "allowed, and for people alone")]
        description: Option<String>,
    },
    Integer {
        minimum: Option<i64>,
        maximum: Option<i64>,
        #[allow(dead_code, reason = "allowed, and for people alone")]
        description: Option<String>,
    },
    Date {
        format: String,
        #[allow(dead_code, reason = "allowed, and for people alone")]
        description: Option<String>,
    },
    Enum {
        values: Vec<String>,
        #[allow(dead_code, reason = "allowed, and for people alone")]
        description: Option<String>,
    },
}

#[derive(Deserialize, Clone, Copy)]
pub(super) enum Encoding {
    #[serde(rename = "ascii")]
    Ascii,
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "utf-16")]
    Utf16,
    #[serde(rename = "utf-32")]
    Utf32,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Case {
    Upper,
    Lower,
    Mixed,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Hashing {
    pub comparison: Comparison,
    pub strategy: Strategy,
    #[serde(default)]
    pub hash: Hash,
    pub missing_value: Option<MissingValue>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Comparison {
    Ngram {
        n: usize,
        #[serde(default)]
        positional: bool,
    },
    Exact {},
    Numeric {
        #[serde(rename = "thresholdDistance")]
        threshold_distance: f64,
        resolution: u32,
        #[serde(default)]
        fractional_precision: u32,
    },
}

/// How many bits a token sets.
#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub(super) enum Strategy {
    #[serde(rename = "bitsPerToken")]
    PerToken(usize),
    #[serde(rename = "bitsPerFeature")]
    PerFeature(usize),
}

impl Strategy {
    pub(super) fn check(self) -> Result<(), String> {
        let (Self::PerToken(bits) | Self::PerFeature(bits)) = self;
        let fits = (1..=MOST_BITS).contains(&bits);
        if fits {
            Ok(())
        } else {
            Err(format!(
                "strategy asks for a number of bits that is not between 1 and {MOST_BITS}"
            ))
        }
    }

    /// The bits of the token at `index` among `count`: a feature's bits are dealt evenly, the first ones get the rest.
    pub(super) fn bits_of(self, index: usize, count: usize) -> usize {
        match self {
            Self::PerToken(bits) => bits,
            Self::PerFeature(bits) => bits / count + usize::from(index < bits % count),
        }
    }
}

#[derive(Deserialize)]
#[serde(tag = "type")]
pub(super) enum Hash {
    #[serde(rename = "blakeHash")]
    Blake {},
    #[serde(rename = "doubleHash")]
    Double {
        #[serde(default)]
        prevent_singularity: bool,
    },
}

impl Default for Hash {
    fn default() -> Self {
        Self::Blake {}
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MissingValue {
    pub sentinel: String,
    replace_with: Option<String>,
}

impl MissingValue {
    pub(super) fn replacement(&self) -> &str {
        self.replace_with.as_ref().unwrap_or(&self.sentinel)
    }
}

impl Schema {
    /// Read a document of any version; also return what in it has no effect.
    pub(super) fn parse(document: &[u8]) -> Result<(Self, Vec<String>), Error> {
        let document = serde_json::from_slice(document)
            .map_err(|error| Error::schema("document".into(), error.to_string()))?;
        let document = convert::to_latest(document)?;
        let config = document.get("clkConfig").cloned().unwrap_or_default();
        let mut warnings = Vec::new();
        if config.get("xorFolds").is_some_and(|folds| *folds != 0) {
            warnings.push(
                "clkConfig.xorFolds has no effect, as in clkhash; write xor_folds to fold"
                    .to_owned(),
            );
        }
        let config: Config = read("clkConfig", config)?;
        let features = document.get("features").and_then(Value::as_array).cloned();
        let features =
            features.ok_or_else(|| Error::schema("features".into(), "is not an array".into()))?;
        let features = features
            .into_iter()
            .enumerate()
            .map(|(index, value)| Feature::parse(index, value));
        let schema = Self {
            bits: config.l,
            folds: config.xor_folds,
            kdf: config.kdf,
            features: features.collect::<Result<_, _>>()?,
        };
        Ok((schema, warnings))
    }

    /// Bits of a filter before folding.
    pub(super) fn filter_bits(&self) -> Result<usize, Error> {
        let refuse =
            |problem: &str| Err(Error::schema("clkConfig.l".to_owned(), problem.to_owned()));
        if self.bits == 0 || self.bits > 1 << 20 || self.folds > 8 {
            return refuse("is not between 1 and 1048576, or is folded more than 8 times");
        }
        if self.folds > 0 && !self.bits.is_multiple_of(8) {
            return refuse("is folded but not a multiple of 8");
        }
        Ok(self.bits << self.folds)
    }
}

impl Feature {
    fn parse(index: usize, value: Value) -> Result<Self, Error> {
        let place = format!("features[{index}]");
        let identifier = value
            .get("identifier")
            .and_then(Value::as_str)
            .map(str::to_owned);
        let identifier = identifier
            .ok_or_else(|| Error::schema(place.clone(), "has no identifier".to_owned()))?;
        if value.get("ignored") == Some(&Value::Bool(true)) {
            return Ok(Self {
                identifier,
                rule: None,
            });
        }
        let rule = read(&format!("{place} ({identifier})"), value)?;
        Ok(Self {
            identifier,
            rule: Some(rule),
        })
    }
}

fn read<T: serde::de::DeserializeOwned>(place: &str, value: Value) -> Result<T, Error> {
    serde_json::from_value(value)
        .map_err(|error| Error::schema(place.to_owned(), error.to_string()))
}

fn default_key_size() -> usize {
    64
}
