//! The Dice score and the smallest intersection that reaches a threshold.

use crate::error::Error;

/// Score two filters as the reference does: `2 * common / total`, in double arithmetic.
pub fn dice(common: u32, total: u32) -> f64 {
    f64::from(2 * common) / f64::from(total)
}

/// For each sum of two popcounts, the least intersection whose score reaches the threshold.
#[derive(Debug)]
pub struct Need {
    threshold: f64,
    least: Vec<u32>,
}

impl Need {
    /// Tabulate `threshold`, above 0 and at most 1, for filters of `bits` bits.
    pub fn new(threshold: f64, bits: u32) -> Result<Self, Error> {
        if !(threshold > 0.0 && threshold <= 1.0) {
            return Err(Error::Threshold(threshold));
        }
        let least = (0..=2 * bits)
            .map(|total| least_common(threshold, total))
            .collect();
        Ok(Self { threshold, least })
    }

    /// The least intersection that suffices when the popcounts add up to `total`.
    pub fn least(&self, total: u32) -> u32 {
        self.least[total as usize]
    }

    /// A filter's own share of the needed intersection, such that two shares never exceed `least`.
    pub fn share(&self, popcount: u32) -> i64 {
        (self.threshold * f64::from(popcount) / 2.0 - 1e-6).floor() as i64
    }

    /// Whether any pair with popcounts in these two ranges could reach the threshold.
    pub fn reachable(&self, (low, high): (u32, u32), (other_low, other_high): (u32, u32)) -> bool {
        let smaller = high.min(other_high);
        let larger = low.max(other_low).max(smaller);
        smaller >= self.least(smaller + larger)
    }
}

#[allow(clippy::cast_sign_loss, reason = "a threshold is positive")]
fn least_common(threshold: f64, total: u32) -> u32 {
    if total == 0 {
        return u32::MAX;
    }
    let mut common = ((threshold * f64::from(total) / 2.0) as u32).saturating_sub(1);
    while dice(common, total) < threshold {
        common += 1;
    }
    common
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn least_is_the_first_that_reaches() {
        for threshold in [
            0.1,
            0.5,
            0.7,
            0.75,
            0.8,
            0.85,
            0.9,
            0.95,
            0.99,
            1.0,
            1.0 / 3.0,
        ] {
            let need = Need::new(threshold, 1024).unwrap();
            for total in 1..=2048 {
                let least = need.least(total);
                assert!(dice(least, total) >= threshold);
                assert!(least == 0 || dice(least - 1, total) < threshold);
            }
        }
    }

    #[test]
    fn shares_never_exceed_the_need() {
        for threshold in [0.1, 0.7, 0.8, 0.95, 1.0, 2.0 / 3.0] {
            let need = Need::new(threshold, 512).unwrap();
            for left in 0..=512 {
                for right in left.max(1)..=512 {
                    assert!(
                        need.share(left) + need.share(right) <= i64::from(need.least(left + right))
                    );
                }
            }
        }
    }

    #[test]
    fn thresholds_out_of_range_are_refused() {
        for threshold in [0.0, -1.0, 1.01, f64::NAN] {
            assert!(Need::new(threshold, 64).is_err());
        }
    }
}
