//! Values cut into tokens.

use std::fmt::Write;

use crate::encode::format::parse_integer;
use crate::encode::schema;

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

    /// Give each token of `text` with its index and their number, in the order in which bits are dealt; an empty text
    /// has none.
    pub(super) fn for_each_token(
        &self,
        text: &str,
        mut visit: impl FnMut(&str, usize, usize),
    ) -> Result<(), String> {
        match *self {
            _ if text.is_empty() => {}
            Self::Exact => visit(text, 0, 1),
            Self::Ngram { size, positional } => for_each_gram(text, size, positional, visit),
            Self::Numeric {
                interval,
                resolution,
                precision,
            } => {
                let middle = neighbourhood(text, interval, resolution, precision)?;
                let count = 2 * resolution.unsigned_abs() as usize + 1;
                for (index, step) in (-resolution..=resolution).enumerate() {
                    visit(&(middle + step * interval).to_string(), index, count);
                }
            }
        }
        Ok(())
    }
}

/// Slide a window over the characters, with spaces around them for sizes above one.
fn for_each_gram(
    text: &str,
    size: usize,
    positional: bool,
    mut visit: impl FnMut(&str, usize, usize),
) {
    let padding = " ".repeat(size - 1);
    let padded = format!("{padding}{text}{padding}");
    let ends = padded
        .char_indices()
        .map(|(at, _)| at)
        .chain(std::iter::once(padded.len()))
        .skip(size);
    let starts = padded.char_indices().map(|(at, _)| at);
    let count = text.chars().count() + size - 1;
    let mut placed = String::new();
    for (index, (start, end)) in starts.zip(ends).enumerate() {
        let gram = &padded[start..end];
        if positional {
            placed.clear();
            let _ = write!(placed, "{} {gram}", index + 1);
            visit(&placed, index, count);
        } else {
            visit(gram, index, count);
        }
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
