"""FEBRL's people, 5,000 a side, through a unit's doors: what is found, and what the judge is shown."""

import numpy as np
import pytest
from tests.vocabulary.living import key_of

from tallystick.demo.febrl import COLUMNS, people
from tallystick.demo.schema import COLUMNS_ENCODED, linkage_schema
from tallystick.linkage.adapters.kernel import compare
from tallystick.linkage.domain.living.candidates import node, slot_of
from tallystick.linkage.domain.living.changes import EncodingChange, Position, columns
from tallystick.linkage.domain.living.features import features, rivals
from tallystick.linkage.domain.living.greedy import solve
from tallystick.linkage.domain.living.matcher import Matcher
from tallystick.native.linkage import ClkEncoder, popcounts

THRESHOLD = 0.7
ENCODING_BYTES = 128
STEP = 1000


@pytest.fixture(scope="module")
def truths() -> list[list[int]]:
    return [[person.truth for person in people(dataset)] for dataset in ("4a", "4b")]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """Take both registries' people in alternating batches, as they would arrive."""
    encoder = ClkEncoder(linkage_schema(), b"secret of the registries")
    places = [COLUMNS.index(column) for column in COLUMNS_ENCODED]
    matcher = Matcher(2, ENCODING_BYTES, THRESHOLD, compare)
    rows = [[[person.values[place] for place in places] for person in people(dataset)] for dataset in ("4a", "4b")]
    encoded = [bytes(encoder.encode(each)) for each in rows]
    for start in range(0, len(rows[0]), STEP):
        for party in (0, 1):
            records = [
                EncodingChange(
                    key_of(f"{party} {number}"),
                    Position(1, number),
                    encoded[party][number * ENCODING_BYTES : (number + 1) * ENCODING_BYTES],
                )
                for number in range(start, start + STEP)
            ]
            matcher.take(party, columns(records, ENCODING_BYTES))
        matcher.settle()
    return matcher


def test_people_are_found_and_hardly_anybody_is_mistaken(matcher: Matcher, truths: list[list[int]]) -> None:
    pairs = matcher.pairs()
    right = sum(truths[0][slot_of(left)] == truths[1][slot_of(other)] for left, other in pairs)
    assert right / len(truths[0]) >= 0.99
    assert right / len(pairs) >= 0.999


def test_batches_end_where_one_comparison_of_everything_does(matcher: Matcher) -> None:
    a, b, score = compare(matcher.rosters[0].filters, matcher.rosters[1].filters, THRESHOLD)
    everything = {(node(0, x), node(1, y), s) for x, y, s in zip(a.tolist(), b.tolist(), score, strict=True)}
    assert set(matcher.graph.all()) == everything
    assert matcher.pairs() == set(solve(everything, matcher.key))


def test_the_judge_sees_what_it_was_trained_on(matcher: Matcher) -> None:
    a, b, score = compare(matcher.rosters[0].filters, matcher.rosters[1].filters, THRESHOLD)
    left, right = a.astype(np.int64), b.astype(np.int64)
    bits = [popcounts(roster.filters, words=ENCODING_BYTES // 8).astype(np.int64) for roster in matcher.rosters]
    (best_left, count_left), (best_right, count_right) = (rivals(side, score, THRESHOLD) for side in (left, right))
    described = features(score, (bits[0][left], bits[1][right]), (best_left, best_right), (count_left, count_right))
    wanted = sorted(matcher.pairs())
    place = {
        (node(0, x), node(1, y)): row for row, (x, y) in enumerate(zip(left.tolist(), right.tolist(), strict=True))
    }
    assert np.array_equal(matcher.evidence(wanted), described[[place[pair] for pair in wanted]])
