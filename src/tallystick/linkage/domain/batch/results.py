"""How a run's result is written: anonlink's serialisation, and the reference's JSON made from it."""

from collections.abc import Iterator

import msgspec
import numpy as np
from numpy.typing import NDArray

from tallystick.linkage.domain.batch.matching import CANDIDATE

__all__ = ["HEADER", "score_bytes", "score_json"]

HEADER = bytes([1, 8, 4, 4])
"""Version 1; bytes of a score, of a party's number and of a record's."""

CHUNK = 10_000


def score_bytes(found: NDArray[np.void]) -> bytes:
    """Serialise candidates as anonlink does."""
    return HEADER + found.tobytes()


def score_json(serialised: bytes | memoryview) -> Iterator[bytes]:
    """Write serialised candidates as the reference's JSON, in pieces."""
    found = np.frombuffer(serialised, CANDIDATE, offset=len(HEADER))
    yield b'{"similarity_scores": ['
    for start in range(0, len(found), CHUNK):
        rows = [((d0, r0), (d1, r1), score) for score, d0, d1, r0, r1 in found[start : start + CHUNK].tolist()]
        yield (b"," if start else b"") + msgspec.json.encode(rows)[1:-1]
    yield b"]}"
