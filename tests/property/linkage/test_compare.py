"""The kernels against a naive oracle, on filters made to lie about any threshold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tallystick.native.linkage import compare, kernels

Filters = NDArray[np.uint64]


def neighbours(seed: int, rows: int, words: int) -> Filters:
    """Make rows around five centres, some of them empty or full."""
    random = np.random.default_rng(seed)
    centres = np.random.default_rng(words).integers(0, 2**64, (5, words), np.uint64)
    flips = random.integers(0, 2**64, (3, rows, words), np.uint64)
    filters: Filters = centres[random.integers(0, 5, rows)] ^ (flips[0] & flips[1] & flips[2])
    filters[random.random(rows) < 0.05] = 0
    filters[random.random(rows) < 0.05] = np.uint64(2**64 - 1)
    return filters


def naive(left: Filters, right: Filters, threshold: float) -> list[tuple[int, int, float]]:
    common = np.bitwise_count(left[:, None, :] & right[None, :, :]).sum(axis=2, dtype=np.int64)
    total = np.bitwise_count(left).sum(axis=1, dtype=np.int64)[:, None] + np.bitwise_count(right).sum(axis=1)
    scores = np.divide(2.0 * common, total, out=np.zeros(common.shape), where=total > 0)
    pairs = [(int(i), int(j), float(scores[i, j])) for i, j in np.argwhere(scores >= threshold)]
    return sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1]))


@pytest.mark.parametrize("kernel", kernels())
@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    sizes=st.tuples(st.integers(0, 60), st.integers(0, 60)),
    words=st.sampled_from([1, 2, 5, 16, 33]),
    threshold=st.one_of(st.sampled_from([0.5, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0]), st.floats(0.01, 1.0)),
)
def test_every_pair_is_found_with_its_score(
    kernel: str, seed: int, sizes: tuple[int, int], words: int, threshold: float
) -> None:
    left, right = neighbours(seed, sizes[0], words), neighbours(seed + 1, sizes[1], words)
    found = compare(left, right, words=words, threshold=threshold, kernel=kernel)
    pairs = list(zip(found.left.tolist(), found.right.tolist(), found.score.tolist(), strict=True))
    assert pairs == naive(left, right, threshold)


@pytest.mark.parametrize("threshold", [0.7, 0.8, 0.9])
def test_every_kernel_finds_the_same_in_arranged_sides(threshold: float) -> None:
    left, right = neighbours(1, 1500, 16), neighbours(2, 1300, 16)
    expected = naive(left, right, threshold)
    for kernel in kernels():
        found = compare(left, right, words=16, threshold=threshold, kernel=kernel, threads=2)
        assert list(zip(found.left.tolist(), found.right.tolist(), found.score.tolist(), strict=True)) == expected
