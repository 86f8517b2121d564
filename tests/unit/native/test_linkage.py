"""The exact comparison, seen from Python."""

import numpy as np
import pytest

from tallystick.native import MalformedInput
from tallystick.native.linkage import compare, kernels, popcounts


def rows(*words: int) -> bytes:
    return np.array(words, np.uint64).tobytes()


@pytest.mark.parametrize("kernel", kernels())
def test_pairs_come_by_falling_score_then_by_row(kernel: str) -> None:
    left, right = rows(0xFF, 0xF, 0xFF), rows(0xF, 0xFF)
    found = compare(left, right, words=1, threshold=0.6, kernel=kernel)
    assert found.left.tolist() == [0, 1, 2, 0, 1, 2]
    assert found.right.tolist() == [1, 0, 1, 0, 1, 0]
    assert found.score.tolist() == [1.0, 1.0, 1.0, 2 / 3, 2 / 3, 2 / 3]


def test_any_contiguous_buffer_will_do() -> None:
    words = np.arange(64, dtype=np.uint64).reshape(4, 16)
    unaligned = memoryview(b"x" + words.tobytes())[1:]
    assert len(compare(words, unaligned, words=16, threshold=1.0).score) == 4


def test_a_torn_row_is_refused() -> None:
    with pytest.raises(MalformedInput, match="9 bytes are not a whole number of filters of 8 bytes"):
        compare(b"123456789", b"", words=1, threshold=0.5)


@pytest.mark.parametrize("threshold", [0.0, 1.5, float("nan")])
def test_a_threshold_out_of_range_is_refused(threshold: float) -> None:
    with pytest.raises(MalformedInput, match="threshold"):
        compare(b"", b"", words=1, threshold=threshold)


def test_an_unknown_kernel_is_refused() -> None:
    with pytest.raises(MalformedInput, match="abacus"):
        compare(b"", b"", words=1, threshold=0.5, kernel="abacus")


def test_what_the_watch_raises_is_passed_on() -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt(f"{done} of {total}")

    with pytest.raises(KeyboardInterrupt, match="2 of 2"):
        compare(rows(1, 2), rows(1), words=1, threshold=0.5, watch=stop)


def test_the_limit_is_kept() -> None:
    with pytest.raises(MalformedInput, match="more than 3 candidate pairs"):
        compare(rows(1, 1), rows(1, 1), words=1, threshold=0.5, limit=3)


def test_popcounts() -> None:
    assert popcounts(rows(0, 1, 0xFF, 2**64 - 1), words=2).tolist() == [1, 72]
