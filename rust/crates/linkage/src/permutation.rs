//! A reordering of bits that puts those which tell filters apart first, so that a prefix decides most pairs.

use crate::filters::Filters;

const SAMPLE: usize = 1024;

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

    /// The filters with their bits reordered, row after row.
    ///
    /// Sixty-four rows at a time are turned into columns of bits, which are then moved whole and turned back.
    pub(crate) fn apply(&self, filters: &Filters) -> Vec<u64> {
        let width = filters.width();
        let mut words = vec![0; filters.rows() * width];
        let mut columns = vec![0; width * 64];
        let mut moved = vec![0; width * 64];
        for (group, target) in words.chunks_mut(width * 64).enumerate() {
            let first = group * 64;
            let rows = filters.slice(first..first + target.len() / width);
            columns.fill(0);
            for (index, row) in rows.chunks_exact(width).enumerate() {
                for (word, bits) in row.iter().enumerate() {
                    columns[word * 64 + index] = *bits;
                }
            }
            turn_squares(&mut columns);
            for (column, &place) in columns.iter().zip(&self.places) {
                moved[place as usize] = *column;
            }
            turn_squares(&mut moved);
            for (index, row) in target.chunks_exact_mut(width).enumerate() {
                for (word, bits) in row.iter_mut().enumerate() {
                    *bits = moved[word * 64 + index];
                }
            }
        }
        words
    }
}

/// Exchange rows and columns of each square of 64 by 64 bits; bit 0 of word 0 stays where it is.
fn turn_squares(words: &mut [u64]) {
    for square in words.as_chunks_mut::<64>().0 {
        let mut step = 32;
        let mut mask = 0xFFFF_FFFF_u64;
        while step > 0 {
            for row in (0..64).filter(|row| row & step == 0) {
                let swapped = (square[row] >> step ^ square[row + step]) & mask;
                square[row] ^= swapped << step;
                square[row + step] ^= swapped;
            }
            step /= 2;
            mask ^= mask << step;
        }
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
