"""The payloads of linkage's segments: columns of changes, and steps of the candidate graph."""

import struct
from collections.abc import Iterable
from typing import Final

import numpy as np

from tallystick.linkage.domain.living.candidates import Candidate
from tallystick.linkage.domain.living.changes import KEY_BYTES, Changes

__all__ = ["changes_of", "frame_of_changes", "frame_of_step", "step_of"]

CHANGES: Final = struct.Struct("<II")  # records, bytes of an encoding
STEP: Final = struct.Struct("<II")  # isolated records, added candidates


def frame_of_changes(changes: Changes) -> bytes:
    """Lay the columns of a batch end to end."""
    count, encoding_bytes = changes.encodings.shape
    columns = changes.keys, changes.positions.astype("<i8"), changes.alive, changes.encodings
    return CHANGES.pack(count, encoding_bytes) + b"".join(column.tobytes() for column in columns)


def changes_of(frame: bytes) -> Changes:
    """See a frame's columns without copying them."""
    count, encoding_bytes = CHANGES.unpack_from(frame)
    place = CHANGES.size
    keys = np.frombuffer(frame, np.uint8, count * KEY_BYTES, place)
    place += count * KEY_BYTES
    positions = np.frombuffer(frame, "<i8", count * 3, place)
    place += count * 24
    alive = np.frombuffer(frame, np.bool_, count, place)
    encodings = np.frombuffer(frame, np.uint8, count * encoding_bytes, place + count)
    return Changes(
        keys.reshape(count, KEY_BYTES), positions.reshape(count, 3), alive, encodings.reshape(count, encoding_bytes)
    )


def frame_of_step(isolated: Iterable[int], added: Iterable[Candidate]) -> bytes:
    """Write down what one settlement did to the candidate graph."""
    lonely = np.fromiter(isolated, np.int64)
    pairs = list(added)
    lefts = np.fromiter((pair[0] for pair in pairs), np.int64, len(pairs))
    rights = np.fromiter((pair[1] for pair in pairs), np.int64, len(pairs))
    scores = np.fromiter((pair[2] for pair in pairs), np.float64, len(pairs))
    return STEP.pack(len(lonely), len(pairs)) + b"".join(c.tobytes() for c in (lonely, lefts, rights, scores))


def step_of(frame: bytes) -> tuple[list[int], list[Candidate]]:
    """Read a step of the candidate graph back."""
    lonely, count = STEP.unpack_from(frame)
    place = STEP.size
    isolated = np.frombuffer(frame, np.int64, lonely, place)
    place += 8 * lonely
    lefts = np.frombuffer(frame, np.int64, count, place)
    rights = np.frombuffer(frame, np.int64, count, place + 8 * count)
    scores = np.frombuffer(frame, np.float64, count, place + 16 * count)
    return isolated.tolist(), list(zip(lefts.tolist(), rights.tolist(), scores.tolist(), strict=True))
