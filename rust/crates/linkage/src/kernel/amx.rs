//! Counting with AMX: bits as bytes, 32 × 32 records at once in the matrix unit.
//!
//! A square's rows are 64 bytes a word of a filter; its columns lie in groups of four bytes, sixteen records side by
//! side, as TDPBUUD reads them. The intrinsics are unstable, so that the tile instructions are written out.

use std::arch::asm;
use std::arch::x86_64::{
    __cpuid_count, _mm512_add_epi32, _mm512_cmpge_epi32_mask, _mm512_load_si512,
    _mm512_loadu_si512, _mm512_maskz_set1_epi8, _mm512_min_epi32, _mm512_set1_epi32,
    _mm512_store_si512, _mm512_sub_epi32,
};
use std::sync::OnceLock;

/// Records of a side of a square.
pub(crate) const SIDE: usize = 32;
/// Records of a side of a tile register.
const HALF: usize = SIDE / 2;
/// Lines of one word of a square's side.
const WORD_LINES: usize = SIDE;

/// Sixty-four bytes that start on a cache line.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Line([u8; 64]);

pub(crate) const EMPTY: Line = Line([0; 64]);

/// Sixteen sums.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Sums([i32; HALF]);

/// What a square's records contribute to their bounds.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Bounds {
    /// Each record's share of the needed intersection, or one out of reach.
    pub shares: [i32; SIDE],
    /// Each record's set bits after the prefix.
    pub rests: [i32; SIDE],
}

/// Whether the processor has the matrix unit and the kernel lets this process use it.
pub(super) fn supported() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    *ANSWER.get_or_init(|| has_tiles() && may_use_tiles() && is_x86_feature_detected!("avx512bw"))
}

fn has_tiles() -> bool {
    const TILE: u32 = 1 << 24;
    const INT8: u32 = 1 << 25;
    is_x86_feature_detected!("avx512f") && __cpuid_count(7, 0).edx & (TILE | INT8) == TILE | INT8
}

#[cfg(target_os = "linux")]
fn may_use_tiles() -> bool {
    const ARCH_REQ_XCOMP_PERM: libc::c_long = 0x1023;
    const TILE_DATA: libc::c_long = 18;
    // SAFETY: the call asks for permission and touches no memory of ours.
    unsafe { libc::syscall(libc::SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, TILE_DATA) == 0 }
}

#[cfg(not(target_os = "linux"))]
fn may_use_tiles() -> bool {
    false
}

/// The right to use tile registers on this thread, given back on drop, and the sums that they leave.
pub(crate) struct Tiles {
    sums: Box<[Sums; 4 * HALF]>,
}

impl Tiles {
    /// Configure all eight registers as sixteen rows of 64 bytes. Only where `supported`.
    pub(crate) fn new() -> Self {
        assert!(supported());
        let mut configuration = EMPTY;
        configuration.0[0] = 1;
        for register in 0..8 {
            configuration.0[16 + 2 * register] = 64;
            configuration.0[48 + register] = HALF as u8;
        }
        // SAFETY: the processor has tile registers, and this is a valid configuration of them.
        unsafe {
            asm!("ldtilecfg [{}]", in(reg) &raw const configuration, options(nostack, readonly));
        }
        Self {
            sums: Box::new([Sums([0; HALF]); 4 * HALF]),
        }
    }

    /// Give each pair of `rows` × `columns` that can still reach the threshold after the words given.
    pub(crate) fn sieve(
        &mut self,
        rows: &[Line],
        row_bounds: &Bounds,
        columns: &[Line],
        column_bounds: &Bounds,
        survivor: impl FnMut(usize, usize),
    ) {
        assert!(
            rows.len() == columns.len()
                && rows.len().is_multiple_of(WORD_LINES)
                && !rows.is_empty()
        );
        // SAFETY: both sides have the same number of whole words, `sums` has room for four tiles of sixteen sums, and
        // `self` shows that the tile registers are configured.
        unsafe { multiply(rows, columns, &mut self.sums) };
        // SAFETY: `supported` found AVX-512 F.
        unsafe { select(&self.sums, row_bounds, column_bounds, survivor) };
    }
}

impl Drop for Tiles {
    fn drop(&mut self) {
        // SAFETY: releasing tile registers only forgets their contents.
        unsafe { asm!("tilerelease", options(nomem, nostack)) };
    }
}

/// Add up the common bits of all words: first those of the upper rows with both halves of the columns, then those of
/// the lower rows.
#[inline(never)]
unsafe fn multiply(rows: &[Line], columns: &[Line], sums: &mut [Sums; 4 * HALF]) {
    // SAFETY: the caller's promise; each round reads 32 lines of either side, and rounds = lines / 32.
    unsafe {
        asm!(
            "tilezero tmm0",
            "tilezero tmm1",
            "tilezero tmm2",
            "tilezero tmm3",
            "2:",
            "tileloadd tmm4, [{rows} + {stride}]",
            "tileloadd tmm6, [{columns} + {stride}]",
            "tdpbuud tmm0, tmm4, tmm6",
            "tileloadd tmm7, [{columns} + {stride} + 1024]",
            "tdpbuud tmm1, tmm4, tmm7",
            "tileloadd tmm5, [{rows} + {stride} + 1024]",
            "tdpbuud tmm2, tmm5, tmm6",
            "tdpbuud tmm3, tmm5, tmm7",
            "add {rows}, 2048",
            "add {columns}, 2048",
            "dec {rounds}",
            "jnz 2b",
            "tilestored [{sums} + {stride}], tmm0",
            "tilestored [{sums} + {stride} + 1024], tmm1",
            "tilestored [{sums} + {stride} + 2048], tmm2",
            "tilestored [{sums} + {stride} + 3072], tmm3",
            stride = in(reg) 64_usize,
            rows = inout(reg) rows.as_ptr() => _,
            columns = inout(reg) columns.as_ptr() => _,
            rounds = inout(reg) rows.len() / WORD_LINES => _,
            sums = in(reg) sums.as_mut_ptr(),
            options(nostack)
        );
    }
}

/// Hold each pair's sum against its own bound.
#[target_feature(enable = "avx512f")]
#[inline]
unsafe fn select(
    sums: &[Sums; 4 * HALF],
    rows: &Bounds,
    columns: &Bounds,
    mut survivor: impl FnMut(usize, usize),
) {
    for half in 0..2 {
        // SAFETY: sixteen numbers of either half lie at the address.
        let (rests, shares) = unsafe {
            (
                _mm512_loadu_si512(columns.rests.as_ptr().add(half * HALF).cast()),
                _mm512_loadu_si512(columns.shares.as_ptr().add(half * HALF).cast()),
            )
        };
        for row in 0..SIDE {
            let index = row / HALF * SIDE + half * HALF + row % HALF;
            // SAFETY: `Sums` is sixteen aligned numbers.
            let common = unsafe { _mm512_load_si512(sums[index].0.as_ptr().cast()) };
            let least_rest = _mm512_min_epi32(_mm512_set1_epi32(rows.rests[row]), rests);
            let reach = _mm512_sub_epi32(_mm512_add_epi32(common, least_rest), shares);
            let mut passes = _mm512_cmpge_epi32_mask(reach, _mm512_set1_epi32(rows.shares[row]));
            while passes != 0 {
                survivor(row, half * HALF + passes.trailing_zeros() as usize);
                passes &= passes - 1;
            }
        }
    }
}

/// Write `word` of the record at `row` as a line of a square's rows.
pub(crate) fn put_row(word: u64, row: usize, lines: &mut [Line]) {
    // SAFETY: tile registers are used only where `supported` found AVX-512 BW.
    unsafe { spread(word, &mut lines[row]) };
}

/// Write `word` of the record at `column` into the groups of four bytes of a square's columns.
pub(crate) fn put_column(word: u64, column: usize, lines: &mut [Line]) {
    let mut bytes = EMPTY;
    // SAFETY: as in `put_row`.
    unsafe { spread(word, &mut bytes) };
    let half = &mut lines[column / HALF * HALF..][..HALF];
    let place = column % HALF * 4;
    for (line, group) in half.iter_mut().zip(bytes.0.as_chunks::<4>().0) {
        line.0[place..place + 4].copy_from_slice(group);
    }
}

/// One byte for each bit.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
unsafe fn spread(word: u64, line: &mut Line) {
    // SAFETY: a line is 64 aligned bytes.
    unsafe { _mm512_store_si512(line.0.as_mut_ptr().cast(), _mm512_maskz_set1_epi8(word, 1)) };
}

/// Count the bits that two filters have in common.
pub(crate) fn common_bits(one: &[u64], other: &[u64]) -> u32 {
    // SAFETY: every processor with AVX-512 has POPCNT, and this is called only where `supported`.
    unsafe { common_bits_by_popcnt(one, other) }
}

#[target_feature(enable = "popcnt")]
fn common_bits_by_popcnt(one: &[u64], other: &[u64]) -> u32 {
    one.iter()
        .zip(other)
        .map(|(one, other)| (one & other).count_ones())
        .sum()
}
