"""The candidate graph: which records of different parties score at least the threshold."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

__all__ = ["BINS", "Candidate", "CandidateGraph", "TooManyCandidates", "node", "ordinal_of", "slot_of"]

SLOT_BITS: Final = 40
BINS: Final = 200
_NOBODY: Final[Mapping[int, float]] = {}


Candidate = tuple[int, int, float]
"""Two nodes and their score; the left node's party has the lower ordinal, so it is the smaller number."""


def node(ordinal: int, slot: int) -> int:
    """Name a record within an epoch by its party's ordinal and its slot."""
    return ordinal << SLOT_BITS | slot


def ordinal_of(record: int) -> int:
    """Return the ordinal of the record's party."""
    return record >> SLOT_BITS


def slot_of(record: int) -> int:
    """Return the record's slot in its party's roster."""
    return record & ((1 << SLOT_BITS) - 1)


class TooManyCandidates(Exception):
    """There would be more candidates than may be."""


class CandidateGraph:
    """Undirected, weighted; `histogram` counts candidates by score in `BINS` equal bins of [0, 1]."""

    def __init__(self) -> None:
        self._neighbours: dict[int, dict[int, float]] = {}
        self._count = 0
        self.histogram = [0] * BINS

    def __len__(self) -> int:
        """Count the candidates."""
        return self._count

    def add(self, candidates: Iterable[Candidate]) -> None:
        """Add candidates; one that is there already takes the new score."""
        neighbours, histogram = self._neighbours, self.histogram
        for left, right, score in candidates:
            known = neighbours.setdefault(left, {})
            if right in known:
                histogram[_bin(known[right])] -= 1
            else:
                self._count += 1
            known[right] = score
            neighbours.setdefault(right, {})[left] = score
            histogram[_bin(score)] += 1

    def isolate(self, records: Iterable[int]) -> set[int]:
        """Remove every candidate of the records; return the records that had one with them."""
        left_alone: set[int] = set()
        for record in records:
            for other, score in self._neighbours.pop(record, {}).items():
                across = self._neighbours[other]
                del across[record]
                if not across:
                    del self._neighbours[other]
                self._count -= 1
                self.histogram[_bin(score)] -= 1
                left_alone.add(other)
        return left_alone

    def neighbours(self, record: int) -> Mapping[int, float]:
        """Return the scores of a record's candidates by their other record."""
        return self._neighbours.get(record, _NOBODY)

    def all(self) -> Iterator[Candidate]:
        """Iterate over every candidate once."""
        for left, across in self._neighbours.items():
            for right, score in across.items():
                if left < right:
                    yield left, right, score

    def reachable(self, records: Iterable[int]) -> set[int]:
        """Return every record in the connected components of the given records."""
        found: set[int] = set()
        waiting = [record for record in records if record in self._neighbours]
        while waiting:
            record = waiting.pop()
            if record not in found:
                found.add(record)
                waiting.extend(self._neighbours[record].keys() - found)
        return found

    def among(self, component: Iterable[int]) -> Iterator[Candidate]:
        """Iterate over the candidates of whole components."""
        for left in component:
            for right, score in self._neighbours[left].items():
                if left < right:
                    yield left, right, score


def _bin(score: float) -> int:
    return min(int(score * BINS), BINS - 1)
