//! Every pair of two columns of filters whose Dice score reaches a threshold.
//!
//! One side is cut into tiles of rows, the other into blocks of eight lanes; units of tiles × blocks are claimed by
//! threads from one counter. Large comparisons first reorder bits and sort rows, which changes their speed alone.

use std::cmp::Reverse;
use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use crate::error::Error;
use crate::filters::{Filters, popcount};
use crate::kernel::{Head, Kernel, LANES, Queue, TILE, Tile};
use crate::lanes::{Lanes, Side};
use crate::permutation::Permutation;
use crate::prefix::{cheapest_prefix, cost_of_block, cost_of_square};
use crate::score::{Need, dice};
use crate::squares::{Columns, KEPT_BYTES};

/// Pairs of one unit: some tens of milliseconds, so that a stop is noticed soon.
const UNIT_PAIRS: usize = 1 << 25;
/// Below this many rows on the smaller side, arranging costs more than it saves.
const ARRANGE_FROM: usize = 512;

/// Two records and their score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// Row of the left column.
    pub left: u32,
    /// Row of the right column.
    pub right: u32,
    /// Dice score, in the reference's own arithmetic.
    pub score: f64,
}

/// How to run a comparison; the result is the same whatever is chosen.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Instructions to use.
    pub kernel: Kernel,
    /// Threads to use, the caller's among them.
    pub threads: usize,
    /// Candidates above which the comparison is given up.
    pub limit: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            kernel: Kernel::best(),
            threads: 1,
            limit: usize::MAX,
        }
    }
}

/// Called on the caller's thread with pairs done and pairs in all, between units; may end the comparison.
pub type Watch<'a> = dyn FnMut(u64, u64) -> ControlFlow<()> + 'a;

/// Compare all of `left` with all of `right`; sorted by falling score, then left, then right.
pub fn compare(
    left: &Filters,
    right: &Filters,
    threshold: f64,
    options: Options,
    watch: &mut Watch,
) -> Result<Vec<Candidate>, Error> {
    if left.width() != right.width() {
        return Err(Error::Width(right.width()));
    }
    let need = Need::new(threshold, left.width() as u32 * 64)?;
    let swapped = left.rows() < right.rows();
    let (rows, lanes) = if swapped {
        (right, left)
    } else {
        (left, right)
    };
    let plan = Plan::new(rows, lanes, &need, options)?;
    let mut candidates = plan.run(watch)?;
    if swapped {
        for candidate in &mut candidates {
            (candidate.left, candidate.right) = (candidate.right, candidate.left);
        }
    }
    candidates.sort_unstable_by_key(|pair| (Reverse(pair.score.to_bits()), pair.left, pair.right));
    Ok(candidates)
}

/// Two sides made ready, and what the threads share.
struct Plan<'a> {
    rows: Side<'a>,
    lane_side: Side<'a>,
    lanes: Lanes,
    need: &'a Need,
    prefix: usize,
    /// Whether units are compared in squares, by the matrix unit.
    squares: bool,
    options: Options,
    tiles_per_unit: usize,
    blocks_per_unit: usize,
    next_unit: AtomicUsize,
    found: AtomicUsize,
    pairs_done: AtomicU64,
    stop: AtomicBool,
}

impl<'a> Plan<'a> {
    fn new(
        rows: &'a Filters,
        lanes: &'a Filters,
        need: &'a Need,
        options: Options,
    ) -> Result<Self, Error> {
        let arranged = lanes.rows() >= ARRANGE_FROM;
        let (rows, lane_side) = if arranged {
            let permutation = Permutation::variance_first(rows, lanes);
            (
                Side::arranged(rows, &permutation)?,
                Side::arranged(lanes, &permutation)?,
            )
        } else {
            (Side::as_given(rows), Side::as_given(lanes))
        };
        let mut lanes = Lanes::pack(lane_side.filters(), need);
        let squares = arranged && options.kernel == Kernel::Amx;
        let cost = if squares {
            cost_of_square
        } else {
            cost_of_block
        };
        let prefix = cheapest_prefix(rows.filters(), &lanes, need, cost);
        lanes.divide(prefix);
        let most_blocks = if squares {
            KEPT_BYTES / (prefix * 64 * LANES)
        } else {
            UNIT_PAIRS / (TILE * LANES)
        };
        let blocks_per_unit = most_blocks.clamp(1, lanes.blocks().max(1));
        let tiles_per_unit = (UNIT_PAIRS / (TILE * LANES * blocks_per_unit)).max(1);
        Ok(Self {
            rows,
            lane_side,
            lanes,
            need,
            prefix,
            squares,
            options,
            tiles_per_unit,
            blocks_per_unit,
            next_unit: AtomicUsize::new(0),
            found: AtomicUsize::new(0),
            pairs_done: AtomicU64::new(0),
            stop: AtomicBool::new(false),
        })
    }

    fn run(&self, watch: &mut Watch) -> Result<Vec<Candidate>, Error> {
        let helpers = self.options.threads.min(self.units()).saturating_sub(1);
        std::thread::scope(|scope| {
            let helpers: Vec<_> = (0..helpers)
                .map(|_| scope.spawn(|| self.work(&mut |_, _| ControlFlow::Continue(()))))
                .collect();
            let mut outcome = self.work(watch);
            for helper in helpers {
                let theirs = helper
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                outcome = match (outcome, theirs) {
                    (Ok(mut ours), Ok(theirs)) => {
                        ours.extend(theirs);
                        Ok(ours)
                    }
                    (Err(error), _) | (_, Err(error)) => Err(error),
                };
            }
            outcome
        })
    }

    fn work(&self, watch: &mut Watch) -> Result<Vec<Candidate>, Error> {
        let total = self.rows.filters().rows() as u64 * self.lane_side.filters().rows() as u64;
        let mut queue = Queue::new();
        let mut candidates = Vec::new();
        while let Some((tiles, blocks)) = self.claim() {
            let before = candidates.len();
            self.compare_unit(tiles, blocks, &mut queue, &mut candidates);
            let fresh = candidates.len() - before;
            if self.found.fetch_add(fresh, Ordering::Relaxed) + fresh > self.options.limit {
                self.stop.store(true, Ordering::Relaxed);
                return Err(Error::TooManyCandidates(self.options.limit));
            }
            if watch(self.pairs_done.load(Ordering::Relaxed), total).is_break() {
                self.stop.store(true, Ordering::Relaxed);
                return Err(Error::Stopped);
            }
        }
        Ok(candidates)
    }

    fn units(&self) -> usize {
        self.tiles().div_ceil(self.tiles_per_unit)
            * self.lanes.blocks().div_ceil(self.blocks_per_unit)
    }

    fn tiles(&self) -> usize {
        self.rows.filters().rows().div_ceil(TILE)
    }

    fn claim(&self) -> Option<(Range<usize>, Range<usize>)> {
        let unit = self.next_unit.fetch_add(1, Ordering::Relaxed);
        if unit >= self.units() || self.stop.load(Ordering::Relaxed) {
            return None;
        }
        let across = self.lanes.blocks().div_ceil(self.blocks_per_unit);
        let (tile, block) = (
            unit / across * self.tiles_per_unit,
            unit % across * self.blocks_per_unit,
        );
        let tiles = tile..(tile + self.tiles_per_unit).min(self.tiles());
        Some((
            tiles,
            block..(block + self.blocks_per_unit).min(self.lanes.blocks()),
        ))
    }

    fn compare_unit(
        &self,
        tiles: Range<usize>,
        blocks: Range<usize>,
        queue: &mut Queue,
        candidates: &mut Vec<Candidate>,
    ) {
        if self.squares {
            self.compare_squares(tiles, blocks, candidates);
        } else {
            for tile in tiles {
                self.compare_tile(tile, blocks.clone(), queue, candidates);
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn compare_squares(
        &self,
        tiles: Range<usize>,
        blocks: Range<usize>,
        candidates: &mut Vec<Candidate>,
    ) {
        let (rows, columns) = (self.rows.filters(), self.lane_side.filters());
        let row_range = tiles.start * TILE..(tiles.end * TILE).min(rows.rows());
        let column_range = blocks.start * LANES..(blocks.end * LANES).min(columns.rows());
        let pairs = row_range.len() * column_range.len();
        Columns::new(columns, column_range, self.prefix, self.need).compare(
            rows,
            row_range,
            self.need,
            |found| {
                candidates.push(Candidate {
                    left: self.rows.origin(found.row),
                    right: self.lane_side.origin(found.column),
                    score: dice(found.common, found.total),
                });
            },
        );
        self.pairs_done.fetch_add(pairs as u64, Ordering::Relaxed);
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn compare_squares(&self, _: Range<usize>, _: Range<usize>, _: &mut Vec<Candidate>) {}

    fn compare_tile(
        &self,
        tile: usize,
        blocks: Range<usize>,
        queue: &mut Queue,
        candidates: &mut Vec<Candidate>,
    ) {
        let filters = self.rows.filters();
        let rows = tile * TILE..(tile * TILE + TILE).min(filters.rows());
        let words = filters.slice(rows.clone());
        let mut heads = [Head::default(); TILE];
        let mut popcounts = [0; TILE];
        for (index, row) in words.chunks_exact(filters.width()).enumerate() {
            let rest = popcount(&row[self.prefix..]);
            popcounts[index] = popcount(&row[..self.prefix]) + rest;
            heads[index] = Head {
                share: self.need.share(popcounts[index]),
                rest: i64::from(rest),
            };
        }
        let popcounts = &popcounts[..rows.len()];
        let range = popcounts.iter().fold((u32::MAX, 0), |(low, high), &count| {
            (low.min(count), high.max(count))
        });
        let tile = Tile {
            words,
            width: filters.width(),
            heads: &heads[..rows.len()],
        };
        let lanes = blocks.len() * LANES;
        for block in blocks {
            if self.need.reachable(range, self.lanes.range(block)) {
                self.compare_block(&tile, block, queue);
                self.emit(rows.start, popcounts, block, &tile, queue, candidates);
            }
        }
        self.pairs_done.fetch_add(
            (rows.len() * lanes.min(self.lane_side.filters().rows())) as u64,
            Ordering::Relaxed,
        );
    }

    fn compare_block(&self, tile: &Tile, index: usize, queue: &mut Queue) {
        let block = self.lanes.block(index);
        self.options.kernel.sieve(self.prefix, tile, &block, queue);
        if queue.length > 0 && self.prefix < tile.width {
            self.options.kernel.finish(self.prefix, tile, &block, queue);
        }
    }

    /// Keep the queued pairs that pass the exact test.
    fn emit(
        &self,
        first_row: usize,
        popcounts: &[u32],
        block: usize,
        tile: &Tile,
        queue: &Queue,
        candidates: &mut Vec<Candidate>,
    ) {
        let shares = self.lanes.block(block).shares;
        for (excess, &row) in queue.excess.iter().zip(&queue.rows).take(queue.length) {
            let row = row as usize;
            for lane in 0..LANES {
                if excess[lane] < tile.heads[row].share {
                    continue;
                }
                let common = (excess[lane] + shares[lane]).unsigned_abs() as u32;
                let total = popcounts[row] + self.lanes.popcounts[block][lane];
                if common >= self.need.least(total) {
                    candidates.push(Candidate {
                        left: self.rows.origin(first_row + row),
                        right: self.lane_side.origin(block * LANES + lane),
                        score: dice(common, total),
                    });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::borrow::Cow;

    /// Rows around a few centres, so that scores fall on both sides of any threshold; a fixed linear generator.
    fn filters(rows: usize, width: usize, seed: u64) -> Filters<'static> {
        let mut state = seed;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state >> 16 ^ state << 32
        };
        let mut words = Vec::new();
        for row in 0..rows {
            let mut centre = 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(row as u64 % 7 + 1);
            for _ in 0..width {
                centre = centre.rotate_left(11).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                words.push(if row % 11 == 10 {
                    0
                } else {
                    centre ^ (next() & next() & next() & next())
                });
            }
        }
        Filters::from_words(Cow::Owned(words), width).unwrap()
    }

    fn naive(left: &Filters, right: &Filters, threshold: f64) -> Vec<Candidate> {
        let mut pairs = Vec::new();
        for i in 0..left.rows() {
            for j in 0..right.rows() {
                let (a, b) = (left.row(i), right.row(j));
                let common: u32 = a.iter().zip(b).map(|(a, b)| (a & b).count_ones()).sum();
                let score = dice(common, popcount(a) + popcount(b));
                if score >= threshold {
                    pairs.push(Candidate {
                        left: i as u32,
                        right: j as u32,
                        score,
                    });
                }
            }
        }
        pairs.sort_by_key(|pair| (Reverse(pair.score.to_bits()), pair.left, pair.right));
        pairs
    }

    fn run(
        left: &Filters,
        right: &Filters,
        threshold: f64,
        kernel: Kernel,
        threads: usize,
    ) -> Vec<Candidate> {
        let options = Options {
            kernel,
            threads,
            limit: usize::MAX,
        };
        compare(left, right, threshold, options, &mut |_, _| {
            ControlFlow::Continue(())
        })
        .unwrap()
    }

    #[test]
    fn every_kernel_finds_what_a_naive_loop_finds() {
        for (rows, others, width) in [
            (1, 1, 1),
            (5, 300, 16),
            (300, 5, 2),
            (700, 600, 16),
            (600, 520, 3),
            (40, 40, 40),
        ] {
            let (left, right) = (filters(rows, width, 1), filters(others, width, 2));
            for threshold in [0.5, 0.7, 0.75, 0.8, 0.9, 1.0] {
                let expected = naive(&left, &right, threshold);
                for kernel in Kernel::available() {
                    assert_eq!(
                        run(&left, &right, threshold, kernel, 1),
                        expected,
                        "{kernel:?} {width} {threshold}"
                    );
                }
            }
        }
    }

    #[test]
    fn threads_find_the_same() {
        let (left, right) = (filters(3000, 4, 3), filters(2000, 4, 4));
        let alone = run(&left, &right, 0.8, Kernel::best(), 1);
        assert!(!alone.is_empty());
        assert_eq!(run(&left, &right, 0.8, Kernel::best(), 4), alone);
    }

    #[test]
    fn a_side_may_be_empty() {
        let (some, none) = (filters(10, 2, 5), filters(0, 2, 6));
        assert!(run(&some, &none, 0.5, Kernel::best(), 2).is_empty());
        assert!(run(&none, &some, 0.5, Kernel::best(), 2).is_empty());
    }

    #[test]
    fn too_many_candidates_are_an_error() {
        let left = filters(100, 2, 7);
        let options = Options {
            limit: 3,
            ..Options::default()
        };
        let outcome = compare(&left, &left, 0.9, options, &mut |_, _| {
            ControlFlow::Continue(())
        });
        assert_eq!(outcome, Err(Error::TooManyCandidates(3)));
    }

    #[test]
    fn a_watch_may_stop_it() {
        let left = filters(100, 2, 8);
        let outcome = compare(&left, &left, 0.9, Options::default(), &mut |_, _| {
            ControlFlow::Break(())
        });
        assert_eq!(outcome, Err(Error::Stopped));
    }

    #[test]
    fn a_tie_at_the_threshold_counts() {
        let row = |bits: u32| {
            (0..16)
                .map(|word| filled(bits.saturating_sub(word * 64).min(64)))
                .collect::<Vec<u64>>()
        };
        let left = Filters::from_words(Cow::Owned(row(300)), 16).unwrap();
        let right = Filters::from_words(Cow::Owned(row(500)), 16).unwrap();
        for kernel in Kernel::available() {
            assert_eq!(
                run(&left, &right, 0.75, kernel, 1),
                [Candidate {
                    left: 0,
                    right: 0,
                    score: 0.75
                }]
            );
        }
    }

    fn filled(bits: u32) -> u64 {
        if bits == 64 {
            u64::MAX
        } else {
            (1 << bits) - 1
        }
    }
}
