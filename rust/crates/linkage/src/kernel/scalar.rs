//! Counting on any processor.

use crate::kernel::{Block, Head, LANES, Queue, Tile};

#[inline(never)]
pub(super) fn sieve(prefix: usize, tile: &Tile, block: &Block, queue: &mut Queue) {
    queue.length = 0;
    for (index, (row, head)) in tile
        .words
        .chunks_exact(tile.width)
        .zip(tile.heads)
        .enumerate()
    {
        let mut excess = block.shares.map(|share| -share);
        add_common(&mut excess, &row[..prefix], &block.words[..prefix * LANES]);
        let passes =
            (0..LANES).any(|lane| excess[lane] + head.rest.min(block.rests[lane]) >= head.share);
        queue.excess[queue.length] = excess;
        queue.rows[queue.length] = index as u16;
        queue.length += usize::from(passes);
    }
}

#[inline(never)]
pub(super) fn finish(prefix: usize, tile: &Tile, block: &Block, queue: &mut Queue) {
    let mut kept = 0;
    for entry in 0..queue.length {
        let index = queue.rows[entry];
        let row = &tile.words[index as usize * tile.width..][..tile.width];
        let Head { share, .. } = tile.heads[index as usize];
        let mut excess = queue.excess[entry];
        add_common(&mut excess, &row[prefix..], &block.words[prefix * LANES..]);
        queue.excess[kept] = excess;
        queue.rows[kept] = index;
        kept += usize::from(excess.iter().any(|&lane| lane >= share));
    }
    queue.length = kept;
}

fn add_common(excess: &mut [i64; LANES], row: &[u64], lanes: &[u64]) {
    for (word, lanes) in row.iter().zip(lanes.chunks_exact(LANES)) {
        for (sum, lane) in excess.iter_mut().zip(lanes) {
            *sum += i64::from((word & lane).count_ones());
        }
    }
}
