"""Encoding and exact comparison, compiled.

Filters are rows of 64-bit words laid end to end: any contiguous buffer (bytes, mmap, numpy array) of `rows * words * 8`
bytes, which must not be written to while a call runs.
"""

from collections.abc import Callable
from mmap import mmap
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tallystick.native._core import ClkEncoder, linkage_compare, linkage_kernels, linkage_popcounts, linkage_solve

__all__ = ["Buffer", "Candidates", "ClkEncoder", "compare", "kernels", "popcounts", "solve"]

Buffer = bytes | bytearray | memoryview | mmap | NDArray[np.uint8] | NDArray[np.uint64]


class Candidates(NamedTuple):
    """Pairs of rows and their Dice scores, by falling score, then left row, then right row."""

    left: NDArray[np.uint32]
    right: NDArray[np.uint32]
    score: NDArray[np.float64]


def compare(
    left: Buffer,
    right: Buffer,
    *,
    words: int,
    threshold: float,
    threads: int = 1,
    kernel: str | None = None,
    limit: int | None = None,
    watch: Callable[[int, int], object] | None = None,
) -> Candidates:
    """Find every pair of a left and a right filter whose Dice score is at least `threshold`, exactly.

    `watch(pairs_done, pairs_total)` is called every few ten milliseconds; what it raises ends the comparison and is
    passed on. More than `limit` pairs raise `MalformedInput`. `kernel` forces one of `kernels()`.

    >>> compare(bytes([255] * 8), bytes([255] * 4 + [0] * 4), words=1, threshold=0.6)[2].tolist()
    [0.6666666666666666]
    """
    columns = linkage_compare(
        left, right, words=words, threshold=threshold, threads=threads, kernel=kernel, limit=limit, watch=watch
    )
    return Candidates(
        np.frombuffer(columns[0], np.uint32),
        np.frombuffer(columns[1], np.uint32),
        np.frombuffer(columns[2], np.float64),
    )


def popcounts(filters: Buffer, *, words: int) -> NDArray[np.uint32]:
    """Count each filter's set bits."""
    return np.frombuffer(linkage_popcounts(filters, words), np.uint32)


def kernels() -> list[str]:
    """Name the kernels this processor supports, fastest first."""
    return linkage_kernels()


def solve(records: int, one: NDArray[np.uint32], other: NDArray[np.uint32]) -> list[list[int]]:
    """Group records, numbered across all parties below `records`, by candidate pairs in the order of their scores.

    The reference's greedy solver: one to one between two parties; among more, groups merge as soon as every pair
    between them is a candidate.

    >>> solve(4, np.array([0, 0, 1], np.uint32), np.array([2, 3, 2], np.uint32))
    [[0, 2]]
    """
    return linkage_solve(records, np.ascontiguousarray(one), np.ascontiguousarray(other))
