//! Records into cryptographic linkage keys, bit for bit as clkhash 0.18.3 makes them.
//!
//! `schema` reads the document and `convert` brings older ones up to version 3; a value passes `format` (validation,
//! canonical text), `token` (n-grams and neighbourhoods) and `hash` (bits of the filter) under keys from `keys`.

mod convert;
mod date;
mod format;
mod hash;
mod keys;
mod schema;
mod text;
mod token;

use rustc_hash::FxHashMap;

use crate::encode::format::ValueFormat;
use crate::encode::hash::Hasher;
use crate::encode::schema::{MissingValue, Schema, Strategy};
use crate::encode::text::TextEncoding;
use crate::encode::token::Comparison;
use crate::error::Error;

/// Bits of values kept for each feature, in bytes.
const KNOWN_BYTES: usize = 8 << 20;

/// Rows of text values, end to end.
#[derive(Debug, Default)]
pub struct Records {
    text: String,
    value_ends: Vec<usize>,
    row_ends: Vec<usize>,
}

impl Records {
    /// Add a value to the row being filled.
    pub fn push_value(&mut self, value: &str) {
        self.text.push_str(value);
        self.value_ends.push(self.text.len());
    }

    /// End the row being filled.
    pub fn end_row(&mut self) {
        self.row_ends.push(self.value_ends.len());
    }

    fn rows(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        let starts = std::iter::once(0).chain(self.row_ends.iter().copied());
        starts.zip(&self.row_ends).map(|(start, &end)| start..end)
    }

    fn value(&self, index: usize) -> &str {
        let start = if index == 0 {
            0
        } else {
            self.value_ends[index - 1]
        };
        &self.text[start..self.value_ends[index]]
    }
}

/// An encoder for one linkage schema and one secret. It keeps what it hashed lately, so one serves many batches.
pub struct Encoder {
    features: Vec<Feature>,
    identifiers: Vec<String>,
    bits: usize,
    folds: u32,
    warnings: Vec<String>,
    scratch: Vec<u8>,
}

struct Feature {
    rule: Option<Rule>,
}

struct Rule {
    format: ValueFormat,
    missing: Option<MissingValue>,
    encoding: TextEncoding,
    comparison: Comparison,
    strategy: Strategy,
    hasher: Hasher,
    known: FxHashMap<Box<str>, Box<[u8]>>,
}

impl Encoder {
    /// Read a linkage schema, version 1 to 3, and derive each feature's keys from `secret`.
    pub fn new(schema: &[u8], secret: &[u8]) -> Result<Self, Error> {
        let (schema, warnings) = Schema::parse(schema)?;
        let keys = keys::derive(&schema.kdf, secret, schema.features.len())?;
        let bits = schema.filter_bits()?;
        let mut identifiers = Vec::new();
        let mut features = Vec::new();
        for (index, (feature, keys)) in schema.features.into_iter().zip(keys).enumerate() {
            let rule = feature
                .rule
                .map(|rule| Rule::new(rule, &keys, bits))
                .transpose();
            let at = || format!("features[{index}] ({})", feature.identifier);
            features.push(Feature {
                rule: rule.map_err(|problem| Error::schema(at(), problem))?,
            });
            identifiers.push(feature.identifier);
        }
        Ok(Self {
            features,
            identifiers,
            bits,
            folds: schema.folds,
            warnings,
            scratch: Vec::new(),
        })
    }

    /// The features' names, ignored ones among them, in the order of a row's values.
    pub fn identifiers(&self) -> &[String] {
        &self.identifiers
    }

    /// Bytes of one encoding.
    pub fn row_bytes(&self) -> usize {
        (self.bits >> self.folds).div_ceil(8)
    }

    /// What in the schema has no effect although its author may think so.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Encode each row; encodings lie end to end. No text of a value is in an error.
    pub fn encode(&mut self, records: &Records) -> Result<Vec<u8>, Error> {
        let mut encodings = Vec::with_capacity(records.row_ends.len() * self.row_bytes());
        let mut filter = vec![0; self.bits.div_ceil(8)];
        for (index, row) in records.rows().enumerate() {
            if row.len() != self.features.len() {
                return Err(Error::RowLength {
                    row: index,
                    values: row.len(),
                    features: self.features.len(),
                });
            }
            filter.fill(0);
            for ((feature, identifier), value) in
                self.features.iter_mut().zip(&self.identifiers).zip(row)
            {
                if let Some(rule) = &mut feature.rule {
                    let outcome = rule.add(records.value(value), &mut filter, &mut self.scratch);
                    outcome.map_err(|problem| Error::Value {
                        row: index,
                        feature: identifier.clone(),
                        problem,
                    })?;
                }
            }
            push_folded(&filter, self.folds, &mut encodings);
        }
        Ok(encodings)
    }
}

impl Rule {
    fn new(rule: schema::Rule, keys: &keys::Pair, bits: usize) -> Result<Self, String> {
        rule.hashing.strategy.check()?;
        Ok(Self {
            format: ValueFormat::new(&rule.format)?,
            encoding: rule.format.encoding(),
            missing: rule.hashing.missing_value,
            comparison: Comparison::new(&rule.hashing.comparison)?,
            strategy: rule.hashing.strategy,
            hasher: Hasher::new(&rule.hashing.hash, keys, bits)?,
            known: FxHashMap::default(),
        })
    }

    /// Set the bits of `value`; those of values met lately are at hand.
    fn add(&mut self, value: &str, filter: &mut [u8], scratch: &mut Vec<u8>) -> Result<(), String> {
        if let Some(bits) = self.known.get(value) {
            set_all(filter, bits);
            return Ok(());
        }
        let mut bits = vec![0; filter.len()];
        self.set_bits(value, &mut bits, scratch)?;
        set_all(filter, &bits);
        if self.known.len() * filter.len() >= KNOWN_BYTES {
            self.known.clear();
        }
        self.known.insert(value.into(), bits.into());
        Ok(())
    }

    fn set_bits(
        &mut self,
        value: &str,
        bits: &mut [u8],
        scratch: &mut Vec<u8>,
    ) -> Result<(), String> {
        let text = match self
            .missing
            .as_ref()
            .filter(|missing| missing.sentinel == value)
        {
            Some(missing) => missing.replacement().into(),
            None => self.format.canonical(value, self.encoding)?,
        };
        self.encoding.check(&text)?;
        let Self {
            comparison,
            encoding,
            strategy,
            hasher,
            ..
        } = self;
        comparison.for_each_token(&text, |token, index, count| {
            encoding.write(token, scratch);
            hasher.add(scratch, strategy.bits_of(index, count), bits);
        })
    }
}

fn set_all(filter: &mut [u8], bits: &[u8]) {
    for (byte, more) in filter.iter_mut().zip(bits) {
        *byte |= more;
    }
}

/// Append `filter` with its halves exclusively or-ed, `folds` times.
fn push_folded(filter: &[u8], folds: u32, encodings: &mut Vec<u8>) {
    let length = filter.len() >> folds;
    let start = encodings.len();
    encodings.extend_from_slice(&filter[..length]);
    for piece in filter[length..].chunks_exact(length) {
        for (byte, other) in encodings[start..].iter_mut().zip(piece) {
            *byte ^= other;
        }
    }
}
