//! How the two sides of a comparison lie in memory: one row by row, the other in blocks of eight lanes.

use std::borrow::Cow;

use crate::error::Error;
use crate::filters::{Filters, popcount};
use crate::kernel::{Block, LANES};
use crate::permutation::Permutation;
use crate::score::Need;

/// Popcounts that differ by less are sorted as one.
const LIKE_POPCOUNTS: u32 = 32;
/// An empty lane's share of the needed intersection.
const OUT_OF_REACH: i64 = 1 << 40;

/// One side, as given or with its bits reordered and its rows sorted by popcount.
pub(crate) struct Side<'a> {
    filters: Filters<'a>,
    /// The original index of each row, where the rows were moved.
    origins: Option<Vec<u32>>,
}

impl<'a> Side<'a> {
    pub(crate) fn as_given(filters: &'a Filters) -> Self {
        Self {
            filters: filters.view(),
            origins: None,
        }
    }

    /// Reorder bits, then sort rows by popcount, and rows of like popcount by their bits in the later half: those that
    /// survive a prefix together then lie together.
    pub(crate) fn arranged(filters: &Filters, permutation: &Permutation) -> Result<Self, Error> {
        let width = filters.width();
        let permuted = permutation.apply(filters);
        let key = |row: &[u64]| (popcount(row) / LIKE_POPCOUNTS, popcount(&row[width / 2..]));
        let keys: Vec<_> = permuted.chunks_exact(width).map(key).collect();
        let mut origins: Vec<u32> = (0..keys.len() as u32).collect();
        origins.sort_by_key(|&row| keys[row as usize]);
        let mut words = Vec::with_capacity(permuted.len());
        for &origin in &origins {
            words.extend_from_slice(&permuted[origin as usize * width..][..width]);
        }
        let filters = Filters::from_words(Cow::Owned(words), width)?;
        Ok(Self {
            filters,
            origins: Some(origins),
        })
    }

    pub(crate) fn filters(&self) -> &Filters<'a> {
        &self.filters
    }

    pub(crate) fn origin(&self, row: usize) -> u32 {
        self.origins
            .as_ref()
            .map_or(row as u32, |origins| origins[row])
    }
}

/// A side in blocks of eight lanes, with each lane's popcount and share.
pub(crate) struct Lanes {
    words: Vec<u64>,
    width: usize,
    pub(crate) popcounts: Vec<[u32; LANES]>,
    shares: Vec<[i64; LANES]>,
    rests: Vec<[i64; LANES]>,
}

impl Lanes {
    pub(crate) fn pack(filters: &Filters, need: &Need) -> Self {
        let (rows, width) = (filters.rows(), filters.width());
        let blocks = rows.div_ceil(LANES);
        let mut words = vec![0; blocks * LANES * width];
        let mut popcounts = vec![[0; LANES]; blocks];
        let mut shares = vec![[OUT_OF_REACH; LANES]; blocks];
        for index in 0..rows {
            let (block, lane) = (index / LANES, index % LANES);
            let row = filters.row(index);
            for (target, word) in words[block * LANES * width..]
                .chunks_exact_mut(LANES)
                .zip(row)
            {
                target[lane] = *word;
            }
            popcounts[block][lane] = popcount(row);
            shares[block][lane] = need.share(popcounts[block][lane]);
        }
        Self {
            words,
            width,
            popcounts,
            shares,
            rests: vec![[0; LANES]; blocks],
        }
    }

    /// How many bits each lane of a block has after its first word, after its second, and so on.
    pub(crate) fn rests_after_each_word(&self, index: usize) -> Vec<[i64; LANES]> {
        let mut left = self.popcounts[index].map(i64::from);
        let words = self.block(index).words.chunks_exact(LANES);
        words
            .map(|lanes| {
                for (rest, word) in left.iter_mut().zip(lanes) {
                    *rest -= i64::from(word.count_ones());
                }
                left
            })
            .collect()
    }

    /// Note how many bits each lane has after the first `prefix` words.
    pub(crate) fn divide(&mut self, prefix: usize) {
        for (rests, block) in self
            .rests
            .iter_mut()
            .zip(self.words.chunks_exact(self.width * LANES))
        {
            *rests = [0; LANES];
            for lanes in block[prefix * LANES..].chunks_exact(LANES) {
                for (rest, word) in rests.iter_mut().zip(lanes) {
                    *rest += i64::from(word.count_ones());
                }
            }
        }
    }

    pub(crate) fn blocks(&self) -> usize {
        self.shares.len()
    }

    pub(crate) fn block(&self, index: usize) -> Block<'_> {
        let length = self.width * LANES;
        Block {
            words: &self.words[index * length..][..length],
            shares: &self.shares[index],
            rests: &self.rests[index],
        }
    }

    /// The least and greatest popcount of a block's lanes.
    pub(crate) fn range(&self, index: usize) -> (u32, u32) {
        let filled = self.popcounts[index]
            .iter()
            .zip(&self.shares[index])
            .filter(|(_, share)| **share != OUT_OF_REACH);
        filled.fold((u32::MAX, 0), |(low, high), (count, _)| {
            (low.min(*count), high.max(*count))
        })
    }
}
