"""How good the matches are, held against the truth."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

__all__ = ["Quality", "quality"]


@dataclass(frozen=True)
class Quality:
    """Recall, precision and F1 of a set of pairs."""

    pairs: int
    recall: float
    precision: float

    @property
    def f1(self) -> float:
        """Return the harmonic mean of recall and precision."""
        return (
            2 * self.recall * self.precision / (self.recall + self.precision) if self.recall + self.precision else 0.0
        )


def quality(pairs: Collection[tuple[str, str]], left: Mapping[str, int], right: Mapping[str, int]) -> Quality:
    """Compare pairs of record keys with the truth: each side's record keys and the real person behind each.

    >>> quality([("a", "x"), ("b", "y")], {"a": 1, "b": 2}, {"x": 1, "z": 2, "y": 3})
    Quality(pairs=2, recall=0.5, precision=0.5)
    """
    true = len(set(left.values()) & set(right.values()))
    found = sum(1 for one, other in pairs if left.get(one, -1) == right.get(other, -2))
    return Quality(len(pairs), found / true if true else 1.0, found / len(pairs) if pairs else 1.0)
