"""The native comparison kernel, as the matcher wants it."""

import numpy as np
from numpy.typing import NDArray

from tallystick.native.linkage import compare as native_compare

__all__ = ["compare"]

Words = NDArray[np.uint64]


def compare(
    left: Words, right: Words, threshold: float
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.float64]]:
    """Find every pair scoring at least the threshold, exactly; shapes (n, words) and (m, words)."""
    words = left.shape[1]
    found = native_compare(np.ascontiguousarray(left), np.ascontiguousarray(right), words=words, threshold=threshold)
    return found.left, found.right, found.score
