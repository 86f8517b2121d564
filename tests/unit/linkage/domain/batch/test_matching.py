"""Candidates, groups and permutations of small columns."""

import tracemalloc

import numpy as np
import pytest

from tallystick.linkage.domain.batch import matching
from tallystick.linkage.domain.batch.matching import (
    CANDIDATE,
    Column,
    TooManyCandidates,
    candidates,
    comparisons,
    groups,
    permutations,
)
from tallystick.linkage.domain.batch.uploads import Blocks

Found = list[tuple[float, int, int, int, int]]


def unwatched(done: int, total: int) -> None:
    pass


def column(*words: int, blocks: Blocks | None = None) -> Column:
    return Column(np.array(words, np.uint64).reshape(-1, 1), blocks)


def found(*columns: Column, threshold: float = 0.6) -> Found:
    pairs = candidates(columns, threshold, limit=100, threads=1, watch=unwatched)
    return [tuple(pair) for pair in pairs.tolist()]


def test_all_pairs_of_parties_come_in_one_order() -> None:
    parties = column(0xFF, 0xF), column(0xF), column(0xFF)
    assert found(*parties) == [
        (1.0, 0, 1, 1, 0),
        (1.0, 0, 2, 0, 0),
        (2 / 3, 0, 1, 0, 0),
        (2 / 3, 0, 2, 1, 0),
        (2 / 3, 1, 2, 0, 0),
    ]
    assert comparisons(parties) == 5


def test_only_shared_blocks_are_compared_and_a_pair_is_found_once() -> None:
    left = column(0xFF, 0xFF, blocks=[["a", "b"], ["c"]])
    right = column(0xFF, 0xFF, blocks=[["b", "a", "a"], []])
    assert found(left, right) == [(1.0, 0, 1, 0, 0)]
    assert comparisons((left, right)) == 2


def test_groups_name_party_and_record() -> None:
    parties = column(0xFF, 0xF0F0), column(0xF0F0, 0xFF)
    pairs = candidates(parties, 0.9, limit=100, threads=1, watch=unwatched)
    assert groups(pairs, [2, 2]) == [[(0, 0), (1, 1)], [(0, 1), (1, 0)]]


def test_nothing_in_common_is_no_group() -> None:
    pairs = candidates((column(0xFF), column(0xF000)), 0.9, limit=100, threads=1, watch=unwatched)
    assert groups(pairs, [1, 1]) == []


def test_both_rows_of_a_match_are_permuted_to_one_masked_place() -> None:
    matched = [[(0, 0), (1, 4)], [(0, 2), (1, 1)]]
    permuted = permutations(matched, [3, 5])
    assert [sorted(places) for places in permuted.places] == [[0, 1, 2], [0, 1, 2, 3, 4]]
    assert sum(permuted.mask) == 2
    for (_, left), (_, right) in matched:
        place = permuted.places[0][left]
        assert place == permuted.places[1][right]
        assert permuted.mask[place] == 1


def same(count: int, blocks: int = 0) -> Column:
    named = [[str(block) for block in range(blocks)]] * count
    return Column(np.full((count, 1), 7, np.uint64), named if blocks else None)


@pytest.mark.parametrize("columns", [[same(10)] * 3, [same(10, 2)] * 3, [same(10, 2), same(30, 3)]])
def test_the_limit_holds_for_all_parties_and_blocks_together(columns: list[Column]) -> None:
    assert len(candidates(columns, 0.5, limit=300, threads=1, watch=unwatched)) == 300
    with pytest.raises(TooManyCandidates):
        candidates(columns, 0.5, limit=299, threads=1, watch=unwatched)


def test_repetitions_across_blocks_are_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "UNTIDY", 1000)
    tracemalloc.start()
    assert len(candidates([same(100, 200)] * 2, 0.5, limit=10_000, threads=1, watch=unwatched)) == 10_000
    assert tracemalloc.get_traced_memory()[1] < 10_000 * 200 * CANDIDATE.itemsize / 4
    tracemalloc.stop()
