"""Greedy solving: the anonlink solver with merge threshold 1, restricted to whatever candidates it is given.

The rule looks at one candidate after the other in the order (-score, party left, party right, key left, key
right): two lone records become a group; a lone record joins a group of one; two groups merge once every pair across
them is a candidate. A connected component's groups do not depend on the rest of the graph.
"""

from collections.abc import Callable, Iterable

from tallystick.linkage.domain.living.candidates import Candidate, ordinal_of

__all__ = ["Key", "solve"]

Key = Callable[[int], bytes]
"""Tells a record's key, by which the order in which records came has no say among equal scores."""


def solve(candidates: Iterable[Candidate], key: Key) -> list[tuple[int, ...]]:
    """Return the groups of two and more records, each sorted.

    >>> from tallystick.linkage.domain.living.candidates import node
    >>> a, b, c = node(0, 0), node(1, 0), node(1, 1)
    >>> keys = {a: b"1", b: b"3", c: b"2"}
    >>> solve([(a, b, 0.8), (a, c, 0.8)], keys.__getitem__) == [(a, c)]
    True
    """

    def order(candidate: Candidate) -> tuple[float, int, int, bytes, bytes]:
        left, right, score = candidate
        return -score, ordinal_of(left), ordinal_of(right), key(left), key(right)

    groups = _Groups()
    for left, right, _ in sorted(candidates, key=order):
        groups.link(left, right)
    return [tuple(sorted(members)) for members in groups.members.values() if len(members) > 1]


class _Groups:
    """Everybody starts alone; `links` counts the candidates seen between two groups."""

    def __init__(self) -> None:
        self.members: dict[int, list[int]] = {}
        self.group_of: dict[int, int] = {}
        self.links: dict[int, dict[int, int]] = {}

    def link(self, left: int, right: int) -> None:
        first, second = self._group(left), self._group(right)
        seen = self.links[first].get(second, 0) + 1
        self.links[first][second] = self.links[second][first] = seen
        if seen >= len(self.members[first]) * len(self.members[second]):
            self._merge(first, second)

    def _group(self, record: int) -> int:
        group = self.group_of.setdefault(record, record)
        if group not in self.members:
            self.members[group], self.links[group] = [record], {}
        return group

    def _merge(self, kept: int, lost: int) -> None:
        for record in self.members[lost]:
            self.group_of[record] = kept
        self.members[kept] += self.members.pop(lost)
        for other, seen in self.links.pop(lost).items():
            del self.links[other][lost]
            if other != kept:
                both = self.links[kept].get(other, 0) + seen
                self.links[kept][other] = self.links[other][kept] = both
