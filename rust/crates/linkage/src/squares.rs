//! A unit of a comparison in squares of 32 by 32 records, for the matrix unit.

use std::ops::Range;

use crate::filters::{Filters, popcount};
use crate::kernel::amx::{Bounds, EMPTY, Line, SIDE, Tiles, common_bits, put_column, put_row};
use crate::score::Need;

/// Bytes of columns kept at hand while rows pass: half of a second-level cache.
pub(crate) const KEPT_BYTES: usize = 1 << 20;
/// A share that no pair reaches, for places without a record.
const OUT_OF_REACH: i32 = 1 << 28;

/// Columns of a unit, in squares' sides.
pub(crate) struct Columns<'a> {
    filters: &'a Filters<'a>,
    first: usize,
    prefix: usize,
    lines: Vec<Line>,
    sides: Vec<Side>,
}

/// What is known of the records of a square's side.
struct Side {
    bounds: Bounds,
    range: (u32, u32),
    popcounts: [u32; SIDE],
}

/// Two records of a square that reach the threshold, and what their score is made of.
pub(crate) struct Found {
    pub row: usize,
    pub column: usize,
    pub common: u32,
    pub total: u32,
}

impl<'a> Columns<'a> {
    pub(crate) fn new(
        filters: &'a Filters<'a>,
        records: Range<usize>,
        prefix: usize,
        need: &Need,
    ) -> Self {
        let count = records.len().div_ceil(SIDE);
        let mut lines = vec![EMPTY; count * prefix * SIDE];
        let mut sides = Vec::with_capacity(count);
        for (index, lines) in lines.chunks_exact_mut(prefix * SIDE).enumerate() {
            let start = records.start + index * SIDE;
            let side = start..(start + SIDE).min(records.end);
            for (place, record) in side.clone().enumerate() {
                for (word, lines) in filters.row(record).iter().zip(lines.chunks_exact_mut(SIDE)) {
                    put_column(*word, place, lines);
                }
            }
            sides.push(Side::new(filters, side, prefix, need));
        }
        Self {
            filters,
            first: records.start,
            prefix,
            lines,
            sides,
        }
    }

    /// Compare the rows in `records` with all columns.
    pub(crate) fn compare(
        &self,
        rows: &Filters,
        records: Range<usize>,
        need: &Need,
        mut found: impl FnMut(Found),
    ) {
        let mut tiles = Tiles::new();
        let mut lines = vec![EMPTY; self.prefix * SIDE];
        for start in records.clone().step_by(SIDE) {
            let records = start..(start + SIDE).min(records.end);
            for (place, record) in records.clone().enumerate() {
                for (word, lines) in rows.row(record).iter().zip(lines.chunks_exact_mut(SIDE)) {
                    put_row(*word, place, lines);
                }
            }
            let side = Side::new(rows, records, self.prefix, need);
            for (index, columns) in self.lines.chunks_exact(self.prefix * SIDE).enumerate() {
                let other = &self.sides[index];
                if !need.reachable(side.range, other.range) {
                    continue;
                }
                tiles.sieve(
                    &lines,
                    &side.bounds,
                    columns,
                    &other.bounds,
                    |row, column| {
                        let (row_at, column_at) = (start + row, self.first + index * SIDE + column);
                        let common = common_bits(rows.row(row_at), self.filters.row(column_at));
                        let total = side.popcounts[row] + other.popcounts[column];
                        if common >= need.least(total) {
                            found(Found {
                                row: row_at,
                                column: column_at,
                                common,
                                total,
                            });
                        }
                    },
                );
            }
        }
    }
}

impl Side {
    fn new(filters: &Filters, records: Range<usize>, prefix: usize, need: &Need) -> Self {
        let mut bounds = Bounds {
            shares: [OUT_OF_REACH; SIDE],
            rests: [0; SIDE],
        };
        let mut popcounts = [0; SIDE];
        let mut range = (u32::MAX, 0);
        for (place, record) in records.enumerate() {
            let row = filters.row(record);
            let rest = popcount(&row[prefix..]);
            let count = popcount(&row[..prefix]) + rest;
            popcounts[place] = count;
            bounds.shares[place] = need.share(count) as i32;
            bounds.rests[place] = rest.cast_signed();
            range = (range.0.min(count), range.1.max(count));
        }
        Self {
            bounds,
            range,
            popcounts,
        }
    }
}
