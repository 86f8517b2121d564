//! The inner loops: a tile of rows against a block of eight lanes, in two stages.
//!
//! `sieve` counts common bits over a prefix of the words and queues the rows that can still reach the threshold in
//! some lane; `finish` counts the other words of the queued rows. Both are outlined so that the block stays in
//! registers. The matrix unit has a shape of its own (`amx`, `squares`). Every kernel queues at least the pairs that reach the threshold; the caller's exact test decides.

#[cfg(target_arch = "x86_64")]
pub(crate) mod amx;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod scalar;

use crate::error::Error;

/// Filters of one block, word by word side by side.
pub(crate) const LANES: usize = 8;
/// Rows of one tile: at 1,024 bits they fill half of a first-level cache.
pub(crate) const TILE: usize = 192;
/// The prefix lengths that kernels are built for, in words.
pub(crate) const PREFIXES: [usize; 13] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16];

/// A set of processor instructions that comparisons can run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// The matrix unit, on 32 by 32 records at once; smaller comparisons as `Avx512`.
    Amx,
    /// VPOPCNTQ on eight lanes at once.
    Avx512,
    /// Nibble tables on four lanes at once.
    Avx2,
    /// Any processor.
    Scalar,
}

impl Kernel {
    /// Every kernel this processor supports, fastest first.
    pub fn available() -> Vec<Self> {
        [Self::Amx, Self::Avx512, Self::Avx2, Self::Scalar]
            .into_iter()
            .filter(|kernel| kernel.supported())
            .collect()
    }

    /// The fastest kernel this processor supports.
    pub fn best() -> Self {
        Self::available()[0]
    }

    /// The kernel called `name`, if this processor supports it.
    pub fn named(name: &str) -> Result<Self, Error> {
        let found = Self::available()
            .into_iter()
            .find(|kernel| kernel.name() == name);
        found.ok_or_else(|| Error::Kernel(name.to_owned()))
    }

    /// The kernel's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Amx => "amx",
            Self::Avx512 => "avx512",
            Self::Avx2 => "avx2",
            Self::Scalar => "scalar",
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn supported(self) -> bool {
        match self {
            Self::Amx => amx::supported() && Self::Avx512.supported(),
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vpopcntdq")
            }
            Self::Avx2 => is_x86_feature_detected!("avx2"),
            Self::Scalar => true,
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn supported(self) -> bool {
        self == Self::Scalar
    }

    /// Queue the rows of `tile` that can reach the threshold in a lane of `block`, judged by the first `prefix` words.
    pub(crate) fn sieve(self, prefix: usize, tile: &Tile, block: &Block, queue: &mut Queue) {
        assert!(tile.heads.len() <= TILE && prefix <= tile.width);
        assert!(
            tile.words.len() == tile.heads.len() * tile.width
                && block.words.len() == tile.width * LANES
        );
        match self {
            // SAFETY: a kernel's value exists only where the processor was found to support it (`supported`).
            #[cfg(target_arch = "x86_64")]
            Self::Amx | Self::Avx512 => unsafe { avx512::sieve(prefix, tile, block, queue) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { avx2::sieve(prefix, tile, block, queue) },
            _ => scalar::sieve(prefix, tile, block, queue),
        }
    }

    /// Count the words after `prefix` of the queued rows; keep those that can still reach the threshold.
    pub(crate) fn finish(self, prefix: usize, tile: &Tile, block: &Block, queue: &mut Queue) {
        assert!(queue.length <= tile.heads.len() && block.words.len() == tile.width * LANES);
        match self {
            // SAFETY: as in `sieve`.
            #[cfg(target_arch = "x86_64")]
            Self::Amx | Self::Avx512 => unsafe { avx512::finish(prefix, tile, block, queue) },
            // SAFETY: as in `sieve`.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { avx2::finish(prefix, tile, block, queue) },
            _ => scalar::finish(prefix, tile, block, queue),
        }
    }
}

/// What a row contributes to its bound.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Head {
    /// The row's share of the needed intersection.
    pub share: i64,
    /// Set bits after the prefix.
    pub rest: i64,
}

/// Rows compared together, row after row.
pub(crate) struct Tile<'a> {
    pub words: &'a [u64],
    pub width: usize,
    pub heads: &'a [Head],
}

/// Eight filters, word-major: `words[word * LANES + lane]`.
pub(crate) struct Block<'a> {
    pub words: &'a [u64],
    /// Each lane's share of the needed intersection; an empty lane's share is out of reach.
    pub shares: &'a [i64; LANES],
    /// Each lane's set bits after the prefix.
    pub rests: &'a [i64; LANES],
}

/// Rows that passed a stage, with `common bits so far - lane's share` for each lane.
#[repr(C, align(64))]
pub(crate) struct Queue {
    pub excess: [[i64; LANES]; TILE],
    pub rows: [u16; TILE],
    pub length: usize,
}

impl Queue {
    pub(crate) fn new() -> Box<Self> {
        Box::new(Self {
            excess: [[0; LANES]; TILE],
            rows: [0; TILE],
            length: 0,
        })
    }
}
