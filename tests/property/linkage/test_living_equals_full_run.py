"""Following changes one by one ends where a full run over the result would."""

from itertools import combinations
from math import inf
from random import Random
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.vocabulary.living import ENCODING_BYTES, bits, key_of, naive_compare

from tallystick.linkage.domain.living import solution
from tallystick.linkage.domain.living.candidates import node, ordinal_of
from tallystick.linkage.domain.living.changes import EncodingChange, Position, columns
from tallystick.linkage.domain.living.greedy import solve
from tallystick.linkage.domain.living.matcher import Matcher
from tallystick.linkage.domain.living.solution import Pair

THRESHOLD = 0.5
encodings = st.none() | st.sets(st.integers(0, 9), min_size=1, max_size=5).map(lambda chosen: bits(*chosen))
positions = st.builds(Position, st.integers(1, 3), st.integers(0, 3), st.integers(0, 1))
changes = st.builds(EncodingChange, st.sampled_from([key_of(name) for name in "abcdefgh"]), positions, encodings)
deeds = st.tuples(st.integers(0, 2), st.integers(2, 3) | st.lists(changes, min_size=1, max_size=4))


def pairs_of_full_run(matcher: Matcher) -> set[Pair]:
    candidates = []
    for low, high in combinations(range(len(matcher.rosters)), 2):
        found = naive_compare(matcher.rosters[low].filters, matcher.rosters[high].filters, THRESHOLD)
        a, b, score = (column.tolist() for column in found)
        candidates += [(node(low, x), node(high, y), s) for x, y, s in zip(a, b, score, strict=True)]
    return {(a, b) for group in solve(candidates, matcher.key) for a in group for b in group if a < b}


@given(st.sampled_from([2, 3]), st.sampled_from([0.0, inf]), st.lists(st.lists(deeds, min_size=1, max_size=3)))
@settings(max_examples=300, deadline=None)
def test_incremental_linking_equals_a_full_run(
    parties: int, many: float, steps: list[list[tuple[int, int | list[EncodingChange]]]]
) -> None:
    matcher = Matcher(parties, ENCODING_BYTES, THRESHOLD, naive_compare)
    published: set[Pair] = set()
    for step in steps:
        for number, deed in step:
            if isinstance(deed, int):
                matcher.complete(number % parties, deed)
            else:
                matcher.take(number % parties, columns(deed, ENCODING_BYTES))
        with patch.object(solution, "MANY", many):
            settlement = matcher.settle()
        published = (published - set(settlement.gone)) | set(settlement.standing)
        assert matcher.pairs() == published == pairs_of_full_run(matcher)


@given(st.lists(changes, max_size=30), st.randoms())
def test_the_order_of_arrival_does_not_matter_to_what_a_roster_holds(
    sent: list[EncodingChange], random: Random
) -> None:
    unique = list({(change.key, change.position): change for change in sent}.values())
    shuffled = random.sample(unique, len(unique))
    held = []
    for order in (unique, shuffled):
        matcher = Matcher(1, ENCODING_BYTES, THRESHOLD, naive_compare)
        for change in order:
            matcher.take(0, columns([change], ENCODING_BYTES))
        roster = matcher.rosters[0]
        held.append({roster.key(slot): roster.filters[slot].tobytes() for slot in range(len(roster))})
    assert held[0] == held[1]


@given(st.sampled_from([2, 3]), st.lists(st.tuples(st.integers(0, 2), changes), max_size=20), st.randoms())
@settings(max_examples=200, deadline=None)
def test_the_order_of_arrival_does_not_matter_to_the_matches(
    parties: int, sent: list[tuple[int, EncodingChange]], random: Random
) -> None:
    unique = list({(number % parties, change.key, change.position): change for number, change in sent}.items())
    matched = []
    for order in (unique, random.sample(unique, len(unique))):
        matcher = Matcher(parties, ENCODING_BYTES, THRESHOLD, naive_compare)
        for (party, _, _), change in order:
            matcher.take(party, columns([change], ENCODING_BYTES))
            matcher.settle()
        named = [tuple((ordinal_of(record), matcher.key(record)) for record in pair) for pair in matcher.pairs()]
        matched.append(sorted(named))
    assert matched[0] == matched[1]
