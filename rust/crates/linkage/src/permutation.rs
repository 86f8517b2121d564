//! A reordering of bits that puts those which tell filters apart first, so that a prefix decides most pairs.

use crate::filters::Filters;

const SAMPLE: usize = 4096;

/// For each bit of a filter, where it goes.
pub(crate) struct Permutation {
    places: Vec<u32>,
}

impl Permutation {
    /// Order bits by how near their density in a sample of both sides is to one half.
    pub(crate) fn variance_first(left: &Filters, right: &Filters) -> Self {
        let mut set = vec![0_u32; left.width() * 64];
        let sampled = count_bits(left, &mut set) + count_bits(right, &mut set);
        let mut order: Vec<u32> = (0..set.len() as u32).collect();
        order.sort_by_key(|&bit| (2 * set[bit as usize]).abs_diff(sampled));
        let mut places = vec![0; set.len()];
        for (place, bit) in order.into_iter().enumerate() {
            places[bit as usize] = place as u32;
        }
        Self { places }
    }

    /// Write the reordered bits of `row` over `target`, which has as many words.
    pub(crate) fn apply(&self, row: &[u64], target: &mut [u64]) {
        target.fill(0);
        for_each_bit(row, |bit| {
            let place = self.places[bit];
            target[place as usize / 64] |= 1 << (place % 64);
        });
    }
}

fn count_bits(filters: &Filters, set: &mut [u32]) -> u32 {
    let step = filters.rows().div_ceil(SAMPLE).max(1);
    let rows = (0..filters.rows()).step_by(step);
    let sampled = rows.len() as u32;
    for row in rows {
        for_each_bit(filters.row(row), |bit| set[bit] += 1);
    }
    sampled
}

fn for_each_bit(row: &[u64], mut visit: impl FnMut(usize)) {
    for (index, &word) in row.iter().enumerate() {
        let mut left = word;
        while left != 0 {
            visit(index * 64 + left.trailing_zeros() as usize);
            left &= left - 1;
        }
    }
}
