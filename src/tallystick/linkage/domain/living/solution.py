"""What the greedy rule makes of a candidate graph, kept up as the graph changes."""

from collections.abc import Callable, Iterable
from heapq import heapify, heappop, heappush
from itertools import combinations
from typing import Final, Protocol

from tallystick.linkage.domain.living.candidates import Candidate, CandidateGraph
from tallystick.linkage.domain.living.greedy import Key

__all__ = ["Groups", "Pair", "Pairs", "Solution", "Solve"]

Pair = tuple[int, int]
Edge = tuple[float, bytes, bytes, int, int]
"""A candidate of two parties as the greedy rule orders it: score, left key and right key; the records come along."""
Solve = Callable[[Iterable[Candidate]], list[tuple[int, ...]]]

MANY: Final = 0.05


class Solution(Protocol):
    """The solved pairs of a graph."""

    def pairs(self) -> set[Pair]:
        """Return every solved pair, the lower node first."""
        ...

    def restart(self, graph: CandidateGraph) -> None:
        """Solve a graph from nothing."""
        ...

    def follow(self, graph: CandidateGraph, isolated: Iterable[int], touched: set[int]) -> tuple[set[Pair], set[Pair]]:
        """Solve again after the candidates of `isolated` records were replaced by those now in the graph.

        `touched` are the ends of all candidates that were lost or gained. Returns the pairs that are solved no more,
        and all solved pairs that touch a record with another partner or other candidates than before.
        """
        ...


class Pairs:
    """Two parties: the greedy rule gives the only matching in which no two records would both do better together.

    So a change is followed by freeing its records and letting whoever does better together pair up, until nobody does:
    the work is in the few records concerned, however large their connected component is.
    """

    def __init__(self, key: Key) -> None:
        self._key = key
        self._partner: dict[int, int] = {}

    def pairs(self) -> set[Pair]:
        """Return every solved pair."""
        return {(left, right) for left, right in self._partner.items() if left < right}

    def restart(self, graph: CandidateGraph) -> None:
        """Walk through all candidates in the order of the rule."""
        self._partner = partner = {}
        for _, _, _, left, right in sorted(self._edge(left, right, score) for left, right, score in graph.all()):
            if left not in partner and right not in partner:
                partner[left], partner[right] = right, left

    def follow(self, graph: CandidateGraph, isolated: Iterable[int], touched: set[int]) -> tuple[set[Pair], set[Pair]]:
        """Free the isolated records, then satisfy whoever does better together."""
        freed = set(isolated)
        if len(freed) > MANY * len(self._partner):
            return self._restarted(graph, touched)
        before: dict[int, int | None] = {}
        for record in list(freed):
            if (partner := self._part(record, before)) is not None:
                freed.add(partner)
        self._satisfy(graph, freed, before)
        gone = {_pair(record, partner) for record, partner in before.items() if partner is not None}
        moved = touched | before.keys()
        standing = {_pair(record, self._partner[record]) for record in moved if record in self._partner}
        return gone - standing, standing

    def _satisfy(self, graph: CandidateGraph, freed: Iterable[int], before: dict[int, int | None]) -> None:
        waiting = [edge for record in freed for edge in self._edges(graph, record)]
        heapify(waiting)
        while waiting:
            edge = heappop(waiting)
            _, _, _, left, right = edge
            if not (self._prefers(graph, left, edge) and self._prefers(graph, right, edge)):
                continue
            for record in (left, right):
                if (left_alone := self._part(record, before)) is not None:
                    for other in self._edges(graph, left_alone):
                        heappush(waiting, other)
            before.setdefault(left, None)
            before.setdefault(right, None)
            self._partner[left], self._partner[right] = right, left

    def _prefers(self, graph: CandidateGraph, record: int, edge: Edge) -> bool:
        partner = self._partner.get(record)
        return partner is None or edge < self._edge(*_pair(record, partner), graph.neighbours(record)[partner])

    def _edges(self, graph: CandidateGraph, record: int) -> list[Edge]:
        return [self._edge(*_pair(record, other), score) for other, score in graph.neighbours(record).items()]

    def _edge(self, left: int, right: int, score: float) -> Edge:
        return -score, self._key(left), self._key(right), left, right

    def _part(self, record: int, before: dict[int, int | None]) -> int | None:
        """Part a record from its partner; remember who was together at first."""
        partner = self._partner.pop(record, None)
        if partner is not None:
            del self._partner[partner]
            before.setdefault(record, partner)
            before.setdefault(partner, record)
        return partner

    def _restarted(self, graph: CandidateGraph, touched: set[int]) -> tuple[set[Pair], set[Pair]]:
        before = self.pairs()
        self.restart(graph)
        now = self.pairs()
        standing = {pair for pair in now if pair not in before or not touched.isdisjoint(pair)}
        return before - now, standing


class Groups:
    """Any number of parties: the connected components that a change touches are solved again."""

    def __init__(self, solve: Solve) -> None:
        self._solve = solve
        self._group_of: dict[int, tuple[int, ...]] = {}

    def pairs(self) -> set[Pair]:
        """Return every pair within a group."""
        return _pairs(set(self._group_of.values()))

    def restart(self, graph: CandidateGraph) -> None:
        """Solve the whole graph."""
        self._group_of = {record: group for group in self._solve(graph.all()) for record in group}

    def follow(self, graph: CandidateGraph, isolated: Iterable[int], touched: set[int]) -> tuple[set[Pair], set[Pair]]:
        """Solve the touched components."""
        concerned = touched.union(isolated)
        component = graph.reachable(concerned)
        old = {self._group_of.pop(record) for record in concerned | component if record in self._group_of}
        groups = self._solve(graph.among(component))
        self._group_of |= {record: group for group in groups for record in group}
        before, standing = _pairs(old), _pairs(groups)
        return before - standing, standing


def _pair(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


def _pairs(groups: Iterable[tuple[int, ...]]) -> set[Pair]:
    return {pair for group in groups for pair in combinations(group, 2)}
