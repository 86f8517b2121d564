"""The native comparison kernel, as the matcher wants it."""

import numpy as np
from numpy.typing import NDArray

from tallystick.linkage.domain.living.candidates import TooManyCandidates
from tallystick.native import MalformedInput
from tallystick.native.linkage import compare as native_compare

__all__ = ["compare"]

Words = NDArray[np.uint64]


def compare(
    left: Words, right: Words, threshold: float, *, limit: int | None = None
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.float64]]:
    """Find every pair scoring at least the threshold, exactly; shapes (n, words) and (m, words).

    Raises `TooManyCandidates` for more than `limit` pairs.
    """
    sides = np.ascontiguousarray(left), np.ascontiguousarray(right)
    try:
        found = native_compare(*sides, words=left.shape[1], threshold=threshold, limit=limit)
    except MalformedInput as error:
        if "candidate pairs" in str(error):
            raise TooManyCandidates from error
        raise
    return found.left, found.right, found.score
