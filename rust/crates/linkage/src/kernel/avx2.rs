//! Counting with nibble tables: four lanes in one register, two registers a block.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi8, _mm256_add_epi64, _mm256_and_si256, _mm256_loadu_si256,
    _mm256_sad_epu8, _mm256_set1_epi8, _mm256_set1_epi64x, _mm256_setr_epi8, _mm256_setzero_si256,
    _mm256_shuffle_epi8, _mm256_srli_epi16, _mm256_storeu_si256,
};

use crate::kernel::{Block, LANES, Queue, Tile};

/// Words whose counts fit one byte a position: 31 * 8 <= 255.
const WORDS_PER_BYTE_SUM: usize = 31;
const HALF: usize = LANES / 2;

/// # Safety
/// The processor supports AVX2, and the caller checked the lengths of `tile` and `block`.
#[target_feature(enable = "avx2")]
#[inline(never)]
pub(super) unsafe fn sieve(prefix: usize, tile: &Tile, block: &Block, queue: &mut Queue) {
    queue.length = 0;
    for (index, (row, head)) in tile
        .words
        .chunks_exact(tile.width)
        .zip(tile.heads)
        .enumerate()
    {
        let mut excess = block.shares.map(|share| -share);
        add_common(&mut excess, &row[..prefix], &block.words[..prefix * LANES]);
        let mut passes = false;
        for (sum, rest) in excess.iter().zip(block.rests) {
            passes |= sum + head.rest.min(*rest) >= head.share;
        }
        queue.excess[queue.length] = excess;
        queue.rows[queue.length] = index as u16;
        queue.length += usize::from(passes);
    }
}

/// # Safety
/// As `sieve`; the queue is the one that `sieve` filled from the same tile and block.
#[target_feature(enable = "avx2")]
#[inline(never)]
pub(super) unsafe fn finish(prefix: usize, tile: &Tile, block: &Block, queue: &mut Queue) {
    let mut kept = 0;
    for entry in 0..queue.length {
        let index = queue.rows[entry];
        let row = &tile.words[index as usize * tile.width..][..tile.width];
        let mut excess = queue.excess[entry];
        add_common(&mut excess, &row[prefix..], &block.words[prefix * LANES..]);
        queue.excess[kept] = excess;
        queue.rows[kept] = index;
        kept += usize::from(
            excess
                .iter()
                .any(|&sum| sum >= tile.heads[index as usize].share),
        );
    }
    queue.length = kept;
}

#[target_feature(enable = "avx2")]
#[inline]
fn add_common(excess: &mut [i64; LANES], row: &[u64], lanes: &[u64]) {
    let (row_chunks, lane_chunks) = (
        row.chunks(WORDS_PER_BYTE_SUM),
        lanes.chunks(WORDS_PER_BYTE_SUM * LANES),
    );
    for (row, lanes) in row_chunks.zip(lane_chunks) {
        let mut low = _mm256_setzero_si256();
        let mut high = _mm256_setzero_si256();
        for (word, lanes) in row.iter().zip(lanes.as_chunks::<LANES>().0) {
            let word = _mm256_set1_epi64x(word.cast_signed());
            // SAFETY: a chunk has eight lanes: two unaligned loads of four.
            let (first, second) = unsafe {
                (
                    _mm256_loadu_si256(lanes.as_ptr().cast()),
                    _mm256_loadu_si256(lanes.as_ptr().add(HALF).cast()),
                )
            };
            low = _mm256_add_epi8(low, byte_counts(_mm256_and_si256(word, first)));
            high = _mm256_add_epi8(high, byte_counts(_mm256_and_si256(word, second)));
        }
        // SAFETY: `excess` has eight lanes: two unaligned loads and stores of four.
        unsafe {
            for (sums, at) in [
                (low, excess.as_mut_ptr()),
                (high, excess.as_mut_ptr().add(HALF)),
            ] {
                let counts = _mm256_sad_epu8(sums, _mm256_setzero_si256());
                _mm256_storeu_si256(
                    at.cast(),
                    _mm256_add_epi64(_mm256_loadu_si256(at.cast()), counts),
                );
            }
        }
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn byte_counts(words: __m256i) -> __m256i {
    #[rustfmt::skip]
    let table = _mm256_setr_epi8(
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
    );
    let nibble = _mm256_set1_epi8(0x0f);
    let low = _mm256_shuffle_epi8(table, _mm256_and_si256(words, nibble));
    let high = _mm256_shuffle_epi8(
        table,
        _mm256_and_si256(_mm256_srli_epi16::<4>(words), nibble),
    );
    _mm256_add_epi8(low, high)
}
