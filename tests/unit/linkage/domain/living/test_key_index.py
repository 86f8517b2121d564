import hashlib

import numpy as np
import pytest
from numpy.typing import NDArray

from tallystick.linkage.domain.living import key_index
from tallystick.linkage.domain.living.key_index import KeyIndex


def keys(*numbers: int) -> NDArray[np.uint8]:
    digests = b"".join(hashlib.sha256(str(number).encode()).digest() for number in numbers)
    return np.frombuffer(digests, np.uint8).reshape(len(numbers), 32)


def test_keys_keep_their_slots_when_they_are_merged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_index, "SMALLEST_MERGE", 3)
    index = KeyIndex()
    for start in range(0, 40, 4):
        assert index.place(keys(*range(start, start + 4))).tolist() == list(range(start, start + 4))
    assert index.place(keys(7, 99, 7, 3)).tolist() == [7, 40, 7, 3]
    assert index.find(keys(99, 100, 0)).tolist() == [40, -1, 0]


def test_keys_that_end_in_zeros_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_index, "SMALLEST_MERGE", 0)
    index, rows = KeyIndex(), np.zeros((3, 32), np.uint8)
    rows[1, 0], rows[2, 31] = 1, 1
    assert index.place(rows).tolist() == [0, 1, 2]
    assert index.find(rows[::-1]).tolist() == [2, 1, 0]


def test_an_empty_index_knows_nothing() -> None:
    assert KeyIndex().find(keys(1)).tolist() == [-1]
