"""The pairs that a linkage unit would solve between two registries, as its judge would see them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tools.pair_model.people import WORDS, Indices, Population

from tallystick.linkage.domain.living.features import FEATURES, features, rivals
from tallystick.native.linkage import compare, solve

__all__ = ["FLOOR", "ZONE", "Pairs", "f1", "solved_pairs"]

FLOOR = 0.7
ZONE = (0.72, 0.85)


@dataclass(frozen=True)
class Pairs:
    """Solved pairs: their features, and whether each is one person."""

    features: NDArray[np.float32]
    same: NDArray[np.bool_]

    @property
    def score(self) -> NDArray[np.float32]:
        """The Dice coefficients."""
        return self.features[:, FEATURES.index("score")]

    def between(self, low: float, high: float) -> "Pairs":
        """Keep the pairs with low <= score < high."""
        kept = (self.score >= low) & (self.score < high)
        return Pairs(self.features[kept], self.same[kept])

    @staticmethod
    def concatenated(parts: "Sequence[Pairs]") -> "Pairs":
        """Join several draws."""
        return Pairs(np.concatenate([part.features for part in parts]), np.concatenate([part.same for part in parts]))


def solved_pairs(people: Population, left: Indices, right: Indices) -> Pairs:
    """Compare two registries and solve one to one, as the unit does."""
    found = compare(people.filters[left], people.filters[right], words=WORDS, threshold=FLOOR)
    one, other = found.left.astype(np.int64), found.right.astype(np.int64)
    (best_one, number_one), (best_other, number_other) = (rivals(side, found.score, FLOOR) for side in (one, other))
    described = features(
        found.score,
        (people.bits[left][one], people.bits[right][other]),
        (best_one, best_other),
        (number_one, number_other),
    )
    groups = solve(len(left) + len(right), found.left, (other + len(left)).astype(np.uint32))
    chosen = {tuple(sorted(group)) for group in groups}
    solved = np.array([pair in chosen for pair in zip(one.tolist(), (other + len(left)).tolist(), strict=True)], bool)
    same = people.person[left][one] == people.person[right][other]
    return Pairs(described[solved], same[solved])


def f1(same: NDArray[np.bool_], judged: NDArray[np.bool_]) -> float:
    """Return the harmonic mean of precision and recall."""
    right = int((same & judged).sum())
    wrong = int((same != judged).sum())
    return 2 * right / (2 * right + wrong) if right + wrong else 1.0
