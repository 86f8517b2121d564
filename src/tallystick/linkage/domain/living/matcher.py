"""One epoch's matching, kept current: rosters, candidate graph and groups."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tallystick.linkage.domain.living.candidates import (
    Candidate,
    CandidateGraph,
    TooManyCandidates,
    node,
    ordinal_of,
    slot_of,
)
from tallystick.linkage.domain.living.changes import Changes
from tallystick.linkage.domain.living.features import features
from tallystick.linkage.domain.living.greedy import solve
from tallystick.linkage.domain.living.roster import Difference, Roster
from tallystick.linkage.domain.living.solution import Groups, Pair, Pairs, Solution

__all__ = ["Compare", "Matcher", "Settlement"]

Words = NDArray[np.uint64]
Compare = Callable[[Words, Words, float], tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.float64]]]
"""Returns (row of a, row of b, Dice score) of every pair scoring at least the threshold; a zero row has no pair."""

FEW: Final = 0.1


@dataclass(frozen=True)
class Settlement:
    """What taking changes did.

    The candidate graph lost all candidates of `isolated` and gained `added`; the pairs `gone` are no longer solved,
    and `standing` are all the solved pairs that may have been touched.
    """

    isolated: tuple[int, ...]
    added: tuple[Candidate, ...]
    gone: tuple[Pair, ...]
    standing: tuple[Pair, ...]


class Matcher:
    """Takes changes of any party, and settles them against everybody else's records."""

    def __init__(
        self, parties: int, encoding_bytes: int, threshold: float, compare: Compare, *, most_candidates: float = inf
    ) -> None:
        self.threshold = threshold
        self._most_candidates = most_candidates
        self.rosters = [Roster(encoding_bytes) for _ in range(parties)]
        self.graph = CandidateGraph()
        self._compare = compare
        self._solved = True
        self._solution: Solution = Pairs(self.key) if parties == 2 else Groups(self._groups)
        self._disturbed: list[set[int]] = [set() for _ in range(parties)]

    def welcome(self, parties: int) -> None:
        """Make room for parties that were added later."""
        while len(self.rosters) < parties:
            self.rosters.append(Roster(self.rosters[0].encoding_bytes))
            self._disturbed.append(set())
            if isinstance(self._solution, Pairs):
                self._solution, self._solved = Groups(self._groups), False

    def take(self, ordinal: int, changes: Changes) -> None:
        """Take a party's changes; `settle` makes them count."""
        self._disturb(ordinal, self.rosters[ordinal].apply(changes))

    def complete(self, ordinal: int, generation: int) -> None:
        """Take a party's word that a snapshot is complete; `settle` makes it count."""
        self._disturb(ordinal, self.rosters[ordinal].complete(generation))

    def restore(self, isolated: Iterable[int], added: Iterable[Candidate]) -> None:
        """Repeat what an earlier settlement did to the candidate graph; `resume` solves it."""
        self.graph.isolate(isolated)
        self.graph.add(added)

    def resume(self) -> None:
        """Go on from the restored graph; changes taken so far count as settled."""
        self._disturbed = [set() for _ in self.rosters]
        self._solved = False

    def settle(self, *, solve_now: bool = True) -> Settlement:
        """Compare the disturbed records with all others, and solve again where that touches the candidate graph.

        Raises `TooManyCandidates`, after which the matcher is of no use any more.

        Whoever does not need the pairs yet may put solving off until `pairs` is called.
        """
        if solve_now:
            self._solve()
        isolated = tuple(node(ordinal, slot) for ordinal, slots in enumerate(self._disturbed) for slot in sorted(slots))
        touched = {*isolated, *self.graph.isolate(isolated)}
        added = tuple(self._new_candidates())
        self._disturbed = [set() for _ in self.rosters]
        self.graph.add(added)
        for left, right, _ in added:
            touched |= {left, right}
        if not solve_now:
            self._solved = False
            return Settlement(isolated, added, (), ())
        gone, standing = self._solution.follow(self.graph, isolated, touched)
        return Settlement(isolated, added, tuple(gone), tuple(standing))

    def pairs(self) -> set[Pair]:
        """Return every solved pair."""
        self._solve()
        return self._solution.pairs()

    def key(self, record: int) -> bytes:
        """Return the key of a record."""
        return self.rosters[ordinal_of(record)].key(slot_of(record))

    def score(self, pair: Pair) -> float:
        """Return the score of a solved pair."""
        left, right = pair
        return self.graph.neighbours(left)[right]

    def evidence(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        """Describe pairs for a judge; shape (n, len(FEATURES))."""
        lefts, rights = [left for left, _ in pairs], [right for _, right in pairs]
        left_rivals, right_rivals = self._rivals(lefts, rights), self._rivals(rights, lefts)
        return features(
            np.array([self.score(pair) for pair in pairs]),
            (self._popcounts(lefts), self._popcounts(rights)),
            (left_rivals[0], right_rivals[0]),
            (left_rivals[1], right_rivals[1]),
        )

    def _groups(self, candidates: Iterable[Candidate]) -> list[tuple[int, ...]]:
        return solve(candidates, self.key)

    def _solve(self) -> None:
        if not self._solved:
            self._solution.restart(self.graph)
            self._solved = True

    def _disturb(self, ordinal: int, difference: Difference) -> None:
        self._disturbed[ordinal].update(difference.changed.tolist(), difference.removed.tolist())

    def _new_candidates(self) -> Iterable[Candidate]:
        """Compare each disturbed record with all records of other parties, and no two of them twice."""
        room = self._most_candidates - len(self.graph)
        for low, high in combinations(range(len(self.rosters)), 2):
            left, right = self.rosters[low], self.rosters[high]
            moved_left, moved_right = self._moved(low), self._moved(high)
            for rows in ((moved_left, np.arange(len(right))), (_others(len(left), moved_left), moved_right)):
                lefts, rights, scores = self._scored(low, rows[0], high, rows[1])
                room -= len(scores)
                if len(scores) and room < 0:
                    raise TooManyCandidates
                yield from zip(lefts.tolist(), rights.tolist(), scores.tolist(), strict=True)

    def _moved(self, ordinal: int) -> NDArray[np.int64]:
        slots = np.array(sorted(self._disturbed[ordinal]), np.int64)
        return slots[self.rosters[ordinal].alive[slots]]

    def _scored(
        self, low: int, left: NDArray[np.int64], high: int, right: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        if not len(left) or not len(right):
            return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
        a, b, score = self._compare(
            _rows(self.rosters[low].filters, left), _rows(self.rosters[high].filters, right), self.threshold
        )
        return left[a] + node(low, 0), right[b] + node(high, 0), score

    def _rivals(self, records: list[int], partners: list[int]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        best, number = np.full(len(records), self.threshold), np.zeros(len(records), np.int64)
        for place, (record, partner) in enumerate(zip(records, partners, strict=True)):
            party = ordinal_of(partner)
            rivals = {other: s for other, s in self.graph.neighbours(record).items() if ordinal_of(other) == party}
            number[place] = len(rivals)
            best[place] = max((score for other, score in rivals.items() if other != partner), default=self.threshold)
        return best, number

    def _popcounts(self, records: list[int]) -> NDArray[np.int64]:
        rows = [self.rosters[ordinal_of(record)].filters[slot_of(record)] for record in records]
        counts: NDArray[np.int64] = np.bitwise_count(np.array(rows, np.uint64)).sum(axis=-1, dtype=np.int64)
        return counts


def _others(slots: int, moved: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return all slots but the moved ones; all of them when the few are not worth a copy."""
    if len(moved) <= FEW * slots:
        return np.arange(slots)
    rest = np.ones(slots, np.bool_)
    rest[moved] = False
    return np.flatnonzero(rest)


def _rows(filters: Words, slots: NDArray[np.int64]) -> Words:
    return filters if len(slots) == len(filters) else filters[slots]
