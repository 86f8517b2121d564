"""FEBRL's 5,000 people a side: encoded as clkhash does, and compared with all that anonlink finds at t = 0.7."""

import json
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import pairwise

import anonlink  # type: ignore[import-untyped]
import numpy as np
import pytest
from bitarray import bitarray
from numpy.typing import NDArray
from tests.conformance.linkage.febrl import DATASETS, DIGESTS, SECRET, digests, rows
from tests.vocabulary.living import key_of

from tallystick.demo.schema import linkage_schema
from tallystick.linkage.adapters.kernel import compare
from tallystick.linkage.domain.living.candidates import slot_of
from tallystick.linkage.domain.living.changes import Changes, EncodingChange, Position, columns
from tallystick.linkage.domain.living.matcher import Matcher
from tallystick.native.linkage import ClkEncoder

THRESHOLD = 0.7
AT_THRESHOLD = Fraction(7, 10)
BYTES = 128
Scores = Mapping[tuple[int, int], float]


@pytest.fixture(scope="module")
def clks() -> list[bytes]:
    """Encode both sides."""
    encoder, people = ClkEncoder(linkage_schema(), SECRET.encode()), rows()
    return [bytes(encoder.encode(people[dataset])) for dataset in DATASETS]


@pytest.fixture(scope="module")
def reference(clks: list[bytes]) -> Scores:
    """Compare both sides with anonlink."""
    sides = [[bitarray(buffer=each[at : at + BYTES]) for at in range(0, len(each), BYTES)] for each in clks]
    scores, (left, right) = anonlink.similarities.dice_coefficient_accelerated(sides, THRESHOLD)
    return dict(zip(zip(left, right, strict=True), scores, strict=True))


def words(clks: bytes) -> NDArray[np.uint64]:
    return np.frombuffer(clks, np.uint64).reshape(-1, BYTES // 8)


def in_one_run(clks: list[bytes]) -> Scores:
    """Compare everything with everything at once."""
    left, right, scores = compare(words(clks[0]), words(clks[1]), THRESHOLD)
    return dict(zip(zip(left.tolist(), right.tolist(), strict=True), scores.tolist(), strict=True))


def batch_by_batch(clks: list[bytes]) -> Scores:
    """Let both sides come in uneven batches, everybody once with an encoding that is changed afterwards."""
    matcher = Matcher(2, BYTES, THRESHOLD, compare)
    for start, end in pairwise((0, 1, 700, 701, 2500, 4999, 5000)):
        for party in (0, 1):
            matcher.take(party, _changes(clks[party], party, range(start, end), shift=1, lsn=1))
        matcher.settle()
        for party in (1, 0):
            matcher.take(party, _changes(clks[party], party, range(start, end), shift=0, lsn=2))
            matcher.settle()
    return {(slot_of(left), slot_of(right)): score for left, right, score in matcher.graph.all()}


def _changes(clks: bytes, party: int, numbers: range, *, shift: int, lsn: int) -> Changes:
    records = []
    for number in numbers:
        at = (number + shift) % 5000 * BYTES
        records.append(EncodingChange(key_of(f"{party} {number}"), Position(1, lsn, number), clks[at : at + BYTES]))
    return columns(records, BYTES)


def exact(clks: list[bytes], pair: tuple[int, int]) -> Fraction:
    """Compute a pair's Dice coefficient without rounding."""
    left, right = (int.from_bytes(side[at * BYTES : (at + 1) * BYTES]) for side, at in zip(clks, pair, strict=True))
    return Fraction(2 * (left & right).bit_count(), left.bit_count() + right.bit_count())


def test_every_encoding_is_clkhashs(clks: list[bytes]) -> None:
    made = {dataset: digests(side, BYTES) for dataset, side in zip(DATASETS, clks, strict=True)}
    assert made == json.loads(DIGESTS.read_text())


@pytest.mark.parametrize("found_by", [in_one_run, batch_by_batch])
def test_every_pair_of_anonlink_is_found_with_its_score(
    clks: list[bytes], reference: Scores, found_by: Callable[[list[bytes]], Scores]
) -> None:
    found = found_by(clks)
    assert len(reference) > 5000
    assert {pair: found.get(pair) for pair in reference} == reference
    more = found.keys() - reference.keys()
    assert {exact(clks, pair) for pair in more} <= {AT_THRESHOLD}
    assert all(found[pair] == float(AT_THRESHOLD) for pair in more)
