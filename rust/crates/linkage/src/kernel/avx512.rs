//! Counting with VPOPCNTQ: eight lanes in one register, the block's prefix held in registers.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi64, _mm512_and_si512, _mm512_cmpge_epi64_mask, _mm512_load_si512,
    _mm512_loadu_si512, _mm512_min_epi32, _mm512_popcnt_epi64, _mm512_set1_epi64,
    _mm512_setzero_si512, _mm512_store_si512, _mm512_sub_epi64,
};

use crate::kernel::{Block, LANES, Queue, Tile};

/// # Safety
/// The processor supports AVX-512 F and VPOPCNTDQ, and the caller checked the lengths of `tile` and `block`.
pub(super) unsafe fn sieve(prefix: usize, tile: &Tile, block: &Block, queue: &mut Queue) {
    // SAFETY: the caller's promise is passed on.
    unsafe {
        match prefix {
            1 => sieve_prefix::<1>(tile, block, queue),
            2 => sieve_prefix::<2>(tile, block, queue),
            3 => sieve_prefix::<3>(tile, block, queue),
            4 => sieve_prefix::<4>(tile, block, queue),
            5 => sieve_prefix::<5>(tile, block, queue),
            6 => sieve_prefix::<6>(tile, block, queue),
            7 => sieve_prefix::<7>(tile, block, queue),
            8 => sieve_prefix::<8>(tile, block, queue),
            9 => sieve_prefix::<9>(tile, block, queue),
            10 => sieve_prefix::<10>(tile, block, queue),
            11 => sieve_prefix::<11>(tile, block, queue),
            12 => sieve_prefix::<12>(tile, block, queue),
            16 => sieve_prefix::<16>(tile, block, queue),
            other => unreachable!("prefix {other} is not one of PREFIXES"),
        }
    }
}

#[target_feature(enable = "avx512f,avx512vpopcntdq")]
#[inline(never)]
unsafe fn sieve_prefix<const PREFIX: usize>(tile: &Tile, block: &Block, queue: &mut Queue) {
    let mut length = 0;
    // SAFETY: `Kernel::sieve` checked that each row and the block have `PREFIX` words or more, and that the rows fit
    // the queue; `Queue` is aligned to 64 bytes and `excess` is its first field.
    unsafe {
        let mut lanes = [_mm512_setzero_si512(); PREFIX];
        for (word, lane) in lanes.iter_mut().enumerate() {
            *lane = _mm512_loadu_si512(block.words.as_ptr().add(word * LANES).cast());
        }
        let start = _mm512_sub_epi64(
            _mm512_setzero_si512(),
            _mm512_loadu_si512(block.shares.as_ptr().cast()),
        );
        let rests = _mm512_loadu_si512(block.rests.as_ptr().cast());
        let mut row = tile.words.as_ptr();
        for (index, head) in tile.heads.iter().enumerate() {
            let mut excess = start;
            for (word, lane) in lanes.iter().enumerate() {
                excess = add_common(excess, *row.add(word), *lane);
            }
            // The rests are small and not negative, so that the cheaper 32-bit minimum is exact.
            let least_rest = _mm512_min_epi32(_mm512_set1_epi64(head.rest), rests);
            let reach = _mm512_add_epi64(excess, least_rest);
            let passes = _mm512_cmpge_epi64_mask(reach, _mm512_set1_epi64(head.share));
            _mm512_store_si512(queue.excess.as_mut_ptr().add(length).cast(), excess);
            *queue.rows.as_mut_ptr().add(length) = index as u16;
            length += usize::from(passes != 0);
            row = row.add(tile.width);
        }
    }
    queue.length = length;
}

/// # Safety
/// As `sieve`; the queue is the one that `sieve` filled from the same tile and block.
#[target_feature(enable = "avx512f,avx512vpopcntdq")]
#[inline(never)]
pub(super) unsafe fn finish(prefix: usize, tile: &Tile, block: &Block, queue: &mut Queue) {
    let mut kept = 0;
    for entry in 0..queue.length {
        // SAFETY: queued rows are rows of the tile, and entries lie in the queue.
        unsafe {
            let index = *queue.rows.get_unchecked(entry);
            let row = tile.words.as_ptr().add(index as usize * tile.width);
            let mut excess = _mm512_load_si512(queue.excess.as_ptr().add(entry).cast());
            for word in prefix..tile.width {
                let lane = _mm512_loadu_si512(block.words.as_ptr().add(word * LANES).cast());
                excess = add_common(excess, *row.add(word), lane);
            }
            let share = _mm512_set1_epi64(tile.heads.get_unchecked(index as usize).share);
            let passes = _mm512_cmpge_epi64_mask(excess, share);
            _mm512_store_si512(queue.excess.as_mut_ptr().add(kept).cast(), excess);
            *queue.rows.as_mut_ptr().add(kept) = index;
            kept += usize::from(passes != 0);
        }
    }
    queue.length = kept;
}

#[target_feature(enable = "avx512f,avx512vpopcntdq")]
#[inline]
fn add_common(sum: __m512i, word: u64, lanes: __m512i) -> __m512i {
    _mm512_add_epi64(
        sum,
        _mm512_popcnt_epi64(_mm512_and_si512(
            lanes,
            _mm512_set1_epi64(word.cast_signed()),
        )),
    )
}
