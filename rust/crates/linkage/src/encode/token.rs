//! Values cut into tokens, and tokens into bytes.

use std::borrow::Cow;

use crate::encode::format::parse_integer;
use crate::encode::schema::{self, Encoding};

/// How two values are made comparable in part.
pub(super) enum Comparison {
    Ngram {
        size: usize,
        positional: bool,
    },
    Exact,
    Numeric {
        interval: i128,
        resolution: i128,
        precision: u32,
    },
}

impl Comparison {
    pub(super) fn new(comparison: &schema::Comparison) -> Result<Self, String> {
        Ok(match *comparison {
            schema::Comparison::Ngram { n: 0 | 65.., .. } => {
                return Err("comparison.n is not between 1 and 64".to_owned());
            }
            schema::Comparison::Ngram { n, positional } => Self::Ngram {
                size: n,
                positional,
            },
            schema::Comparison::Exact {} => Self::Exact,
            schema::Comparison::Numeric {
                threshold_distance,
                resolution,
                fractional_precision,
            } => {
                let interval = scaled(threshold_distance, fractional_precision)
                    .filter(|interval| *interval > 0);
                let interval = interval.ok_or(
                    "comparison.thresholdDistance is not positive at this fractional_precision",
                )?;
                if resolution == 0 || resolution > 10_000 {
                    return Err("comparison.resolution is not between 1 and 10000".to_owned());
                }
                Self::Numeric {
                    interval,
                    resolution: i128::from(resolution),
                    precision: fractional_precision,
                }
            }
        })
    }

    /// The tokens of `text`, in the order in which bits are dealt to them; none of an empty text.
    pub(super) fn tokens<'a>(&self, text: &'a str) -> Result<Tokens<'a>, String> {
        if text.is_empty() {
            return Ok(Tokens::Listed(Vec::new().into_iter()));
        }
        Ok(match *self {
            Self::Ngram { size, positional } => Tokens::Grams(Grams::new(text, size, positional)),
            Self::Exact => Tokens::Listed(vec![Cow::Borrowed(text)].into_iter()),
            Self::Numeric {
                interval,
                resolution,
                precision,
            } => {
                let middle = neighbourhood(text, interval, resolution, precision)?;
                let steps = -resolution..=resolution;
                Tokens::Listed(
                    steps
                        .map(|step| (middle + step * interval).to_string().into())
                        .collect::<Vec<_>>()
                        .into_iter(),
                )
            }
        })
    }
}

/// The tokens of one value.
pub(super) enum Tokens<'a> {
    Listed(std::vec::IntoIter<Cow<'a, str>>),
    Grams(Grams),
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Cow<'a, str>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Listed(tokens) => tokens.next(),
            Self::Grams(grams) => grams.next().map(Cow::Owned),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let length = match self {
            Self::Listed(tokens) => tokens.len(),
            Self::Grams(grams) => grams.len(),
        };
        (length, Some(length))
    }
}

impl ExactSizeIterator for Tokens<'_> {}

/// A window that slides over the characters, with spaces around them for sizes above one.
pub(super) struct Grams {
    characters: Vec<char>,
    size: usize,
    positional: bool,
    start: usize,
}

impl Grams {
    fn new(text: &str, size: usize, positional: bool) -> Self {
        let padding = || std::iter::repeat_n(' ', size - 1);
        let characters = padding().chain(text.chars()).chain(padding()).collect();
        Self {
            characters,
            size,
            positional,
            start: 0,
        }
    }

    fn len(&self) -> usize {
        (self.characters.len() + 1).saturating_sub(self.size + self.start)
    }

    fn next(&mut self) -> Option<String> {
        let gram = self
            .characters
            .get(self.start..self.start + self.size)?
            .iter();
        self.start += 1;
        Some(if self.positional {
            format!("{} {}", self.start, gram.collect::<String>())
        } else {
            gram.collect()
        })
    }
}

/// `number * 10^precision`, rounded half to even, where it is an integer of reasonable size.
fn scaled(number: f64, precision: u32) -> Option<i128> {
    let product = number * 10_f64.powi(i32::try_from(precision).ok()?);
    (product.abs() < 1e30).then(|| product.round_ties_even() as i128)
}

/// The grid point, in steps of `interval / (2 * resolution)`, around which a number's tokens lie.
fn neighbourhood(
    text: &str,
    interval: i128,
    resolution: i128,
    precision: u32,
) -> Result<i128, String> {
    let problem = || "is not a number of reasonable size".to_owned();
    let value = if let Some(integer) = parse_integer(text) {
        10_i128
            .checked_pow(precision)
            .and_then(|scale| integer.checked_mul(scale))
    } else {
        let number: f64 = text.trim().parse().map_err(|_| problem())?;
        scaled(
            if precision > 0 {
                number
            } else {
                number.trunc()
            },
            precision,
        )
    };
    let value = value
        .and_then(|value| value.checked_mul(2 * resolution))
        .ok_or_else(problem)?;
    let residue = value.rem_euclid(interval);
    let down = value - residue;
    Ok(if 2 * residue < interval {
        down
    } else {
        down + interval
    })
}

/// How text becomes bytes.
#[derive(Clone, Copy)]
pub(super) struct TextEncoding(pub(super) Encoding);

impl TextEncoding {
    /// Refuse text that the encoding cannot write.
    pub(super) fn check(self, text: &str) -> Result<(), String> {
        if matches!(self.0, Encoding::Ascii) && !text.is_ascii() {
            return Err("has characters outside ASCII".to_owned());
        }
        Ok(())
    }

    /// Write `text` over `bytes`; the wider encodings start with a byte order mark, as Python writes them.
    pub(super) fn write(self, text: &str, bytes: &mut Vec<u8>) -> Result<(), String> {
        self.check(text)?;
        bytes.clear();
        match self.0 {
            Encoding::Ascii | Encoding::Utf8 => bytes.extend_from_slice(text.as_bytes()),
            Encoding::Utf16 => {
                let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
                bytes.extend(units.flat_map(u16::to_le_bytes));
            }
            Encoding::Utf32 => {
                let points = std::iter::once(0xFEFF).chain(text.chars().map(u32::from));
                bytes.extend(points.flat_map(u32::to_le_bytes));
            }
        }
        Ok(())
    }
}
