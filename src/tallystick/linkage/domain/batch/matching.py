"""Candidates between parties, and what a run makes of them."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tallystick.linkage.domain.batch.uploads import Blocks
from tallystick.native import MalformedInput
from tallystick.native.linkage import Candidates as Compared
from tallystick.native.linkage import compare, solve

__all__ = [
    "CANDIDATE",
    "Column",
    "Permutations",
    "TooManyCandidates",
    "candidates",
    "comparisons",
    "groups",
    "permutations",
]

CANDIDATE = np.dtype([("score", "<f8"), ("dset0", "<u4"), ("dset1", "<u4"), ("rec0", "<u4"), ("rec1", "<u4")])
"""Two records and their score, as anonlink serialises them."""

Candidates = NDArray[np.void]
Indices = NDArray[np.uint32]
Watch = Callable[[int, int], object]


UNTIDY = 1_000_000
"""So many candidates may be held more than once before anybody looks."""


class TooManyCandidates(ValueError):
    """The parties have more candidates than may be."""


class Column(NamedTuple):
    """One party's filters, of shape (records, words), and the blocks of its records where the project has any."""

    filters: NDArray[np.uint64]
    blocks: Blocks | None = None


class Permutations(NamedTuple):
    """For each party the new place of every row, and which places hold a match."""

    places: list[list[int]]
    mask: list[int]


def comparisons(columns: Sequence[Column]) -> int:
    """Count the pairs that a run compares, a pair in several blocks several times, as the reference counts."""
    return sum(len(left) * len(right) for pair in combinations(columns, 2) for left, right in _shared(*pair))


def candidates(columns: Sequence[Column], threshold: float, *, limit: int, threads: int, watch: Watch) -> Candidates:
    """Find all pairs of different parties' records that score at least `threshold`, each once, in order.

    Raises `TooManyCandidates` when there are more than `limit`, before many more are held.
    """
    total, done, count = comparisons(columns), 0, 0
    found = [np.empty(0, CANDIDATE)]
    for (dset0, left), (dset1, right) in combinations(enumerate(columns), 2):
        once = _Once(limit - count)
        for rows0, rows1 in _shared(left, right):
            before = done
            pairs = _compared(
                left.filters[rows0],
                right.filters[rows1],
                threshold,
                limit=limit - count,
                threads=threads,
                watch=lambda fresh, _, before=before: watch(before + fresh, total),  # type: ignore[misc]
            )
            done += len(rows0) * len(rows1)
            block = np.empty(len(pairs.score), CANDIDATE)
            block["score"], block["dset0"], block["dset1"] = pairs.score, dset0, dset1
            block["rec0"], block["rec1"] = rows0[pairs.left], rows1[pairs.right]
            once.add(block)
        found.append(once.all())
        count += len(found[-1])
    return _ordered(np.concatenate(found))


def groups(found: Candidates, sizes: Sequence[int]) -> list[list[tuple[int, int]]]:
    """Solve candidates in order for groups of records, each a party and a place in its upload."""
    firsts = np.cumsum([0, *sizes], dtype=np.uint32)
    one, other = (firsts[found[f"dset{side}"]] + found[f"rec{side}"] for side in (0, 1))
    parties = np.repeat(np.arange(len(sizes)), sizes)
    return [
        [(int(party := parties[record]), record - int(firsts[party])) for record in group]
        for group in solve(int(firsts[-1]), one, other)
    ]


def permutations(matched: Sequence[Sequence[tuple[int, int]]], sizes: Sequence[int]) -> Permutations:
    """Put the two rows of each match in one random place, and all others in random places that are left."""
    random = secrets.SystemRandom()
    rows = min(sizes)
    free = random.sample(range(rows), rows)
    mask, places = [0] * rows, [[-1] * size for size in sizes]
    for group in matched:
        place = free.pop()
        mask[place] = 1
        for party, record in group:
            places[party][record] = place
    for party, size in enumerate(sizes):
        left = [*free, *range(rows, size)]
        random.shuffle(left)
        places[party] = [left.pop() if place < 0 else place for place in places[party]]
    return Permutations(places, mask)


class _Once:
    """The candidates of two parties, each once, however many blocks it is in."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parts = [np.empty(0, CANDIDATE)]
        self._held = self._distinct = 0

    def add(self, block: Candidates) -> None:
        """Take a block's candidates, and drop repetitions when they may be the greater part of what is held."""
        self._parts.append(block)
        self._held += len(block)
        if self._held > 2 * self._distinct + UNTIDY:
            self.all()

    def all(self) -> Candidates:
        """Return each candidate once."""
        held = np.concatenate(self._parts)
        if len(self._parts) > 2:
            names = held["rec0"].astype(np.uint64) << np.uint64(32) | held["rec1"]
            held = held[np.unique(names, return_index=True)[1]]
        self._parts, self._held, self._distinct = [held[:0], held], len(held), len(held)
        if len(held) > self._limit:
            raise TooManyCandidates
        return held


def _compared(
    left: NDArray[np.uint64], right: NDArray[np.uint64], threshold: float, *, limit: int, threads: int, watch: Watch
) -> Compared:
    try:
        return compare(left, right, words=left.shape[1], threshold=threshold, threads=threads, limit=limit, watch=watch)
    except MalformedInput as error:
        if "candidate pairs" in str(error):
            raise TooManyCandidates from error
        raise


def _shared(left: Column, right: Column) -> Iterator[tuple[Indices, Indices]]:
    """Give the rows of both sides that are compared: all, or those of each block that both have."""
    if left.blocks is None or right.blocks is None:
        yield np.arange(len(left.filters), dtype=np.uint32), np.arange(len(right.filters), dtype=np.uint32)
        return
    ours, theirs = _members(left.blocks), _members(right.blocks)
    for name in ours.keys() & theirs.keys():
        yield np.array(ours[name], np.uint32), np.array(theirs[name], np.uint32)


def _members(blocks: Blocks) -> dict[str, list[int]]:
    members: dict[str, list[int]] = {}
    for record, names in enumerate(blocks):
        for name in set(names):
            members.setdefault(name, []).append(record)
    return members


def _ordered(found: Candidates) -> Candidates:
    order = np.lexsort((found["rec1"], found["rec0"], found["dset1"], found["dset0"], -found["score"]))
    ordered: Candidates = found[order]
    return ordered
