"""Candidates, groups and permutations of small columns."""

import numpy as np

from tallystick.linkage.domain.batch.matching import Column, candidates, comparisons, groups, permutations
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
