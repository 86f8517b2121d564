//! How many words a comparison reads before it gives most pairs up: chosen by what survives in a sample.

use crate::filters::{Filters, popcount};
use crate::kernel::{Block, LANES, PREFIXES};
use crate::lanes::Lanes;
use crate::score::Need;

/// Rows and blocks looked at.
const PREFIX_SAMPLE: usize = 32;

/// What a prefix leaves to do, among pairs seen.
#[derive(Default)]
pub(crate) struct Survival {
    blocks: usize,
    alive_blocks: Vec<usize>,
    alive_pairs: Vec<usize>,
}

/// The prefix with the least work, by what of sampled row × block pairs survives it.
pub(crate) fn cheapest_prefix(
    rows: &Filters,
    lanes: &Lanes,
    need: &Need,
    cost: fn(prefix: usize, width: usize, survival: &Survival) -> f64,
) -> usize {
    let width = rows.width();
    let none = || vec![0; width + 1];
    let mut survival = Survival {
        blocks: 0,
        alive_blocks: none(),
        alive_pairs: none(),
    };
    for index in (0..lanes.blocks()).step_by(lanes.blocks().div_ceil(PREFIX_SAMPLE).max(1)) {
        let rests = lanes.rests_after_each_word(index);
        for row in (0..rows.rows()).step_by(rows.rows().div_ceil(PREFIX_SAMPLE).max(1)) {
            let row = rows.row(row);
            let total = popcount(row);
            if need.reachable((total, total), lanes.range(index)) {
                survival.count(row, need.share(total), &lanes.block(index), &rests);
            }
        }
    }
    let prefixes = PREFIXES.into_iter().filter(|&prefix| prefix <= width);
    let cheapest = prefixes.min_by(|&one, &other| {
        cost(one, width, &survival).total_cmp(&cost(other, width, &survival))
    });
    cheapest.unwrap_or(1)
}

/// Instructions for a row and a block of lanes: three a word, and once more for the other words of survivors.
pub(crate) fn cost_of_block(prefix: usize, width: usize, survival: &Survival) -> f64 {
    let again = if prefix == width {
        0.0
    } else {
        3.0 * (width - prefix) as f64 + 16.0
    };
    let share = survival.alive_blocks[prefix] as f64 / survival.blocks.max(1) as f64;
    3.0 * prefix as f64 + 6.0 + again * share
}

/// Cycles for eight pairs in a square: half a cycle a word, and a full count of each survivor.
pub(crate) fn cost_of_square(prefix: usize, width: usize, survival: &Survival) -> f64 {
    let share = survival.alive_pairs[prefix] as f64 / survival.blocks.max(1) as f64;
    0.5 * prefix as f64 + 1.5 + (2.0 * width as f64 + 20.0) * share
}

impl Survival {
    /// Count, for each prefix, the lanes that could still reach the threshold after it.
    fn count(&mut self, row: &[u64], share: i64, block: &Block, rests: &[[i64; LANES]]) {
        let mut excess = block.shares.map(|share| -share);
        let mut rest = i64::from(popcount(row));
        self.blocks += 1;
        for (prefix, (word, column)) in row.iter().zip(block.words.chunks_exact(LANES)).enumerate()
        {
            rest -= i64::from(word.count_ones());
            for (sum, lane) in excess.iter_mut().zip(column) {
                *sum += i64::from((word & lane).count_ones());
            }
            let lives = |lane: &usize| excess[*lane] + rest.min(rests[prefix][*lane]) >= share;
            let alive = (0..LANES).filter(lives).count();
            self.alive_pairs[prefix + 1] += alive;
            self.alive_blocks[prefix + 1] += usize::from(alive > 0);
        }
    }
}
