"""A logistic regression over standardised features, its cut learnt too."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from tools.pair_model.pairs import ZONE, Pairs, f1

from tallystick.linkage.domain.living.features import FEATURES

__all__ = ["USED", "PairModel", "best_cut", "fit"]

# Numbers of candidates grow with the registries and would not carry over from 1,600 people to 5,000.
USED = tuple(name for name in FEATURES if not name.startswith("candidates"))
_COLUMNS = [FEATURES.index(name) for name in USED]

# Pairs above the zone are nearly all true; some of them steady the fit at its upper end.
_TRAINED = (ZONE[0] - 0.02, ZONE[1] + 0.05)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PairModel:
    """probability = sigmoid(features[USED] @ weights + bias); one half is where F1 is best in training."""

    weights: Floats
    bias: float

    def probability(self, pairs: Pairs) -> Floats:
        """Return how probable it is that each pair is one person."""
        logits: Floats = pairs.features[:, _COLUMNS].astype(np.float64) @ self.weights + self.bias
        return 1 / (1 + np.exp(-logits))


def fit(pairs: Pairs) -> PairModel:
    """Learn the weights from pairs around the zone, and the cut from those in it."""
    trained = pairs.between(*_TRAINED)
    columns = trained.features[:, _COLUMNS].astype(np.float64)
    mean, deviation = columns.mean(axis=0), columns.std(axis=0)
    regression = LogisticRegression(solver="newton-cholesky", tol=1e-10).fit((columns - mean) / deviation, trained.same)
    weights = regression.coef_[0] / deviation
    model = PairModel(weights, float(regression.intercept_[0] - weights @ mean))
    zone = pairs.between(*ZONE)
    cut = best_cut(zone.same, model.probability(zone))
    return PairModel(weights, model.bias - float(np.log(cut / (1 - cut))))


def best_cut(same: NDArray[np.bool_], values: Sequence[float] | NDArray[np.floating]) -> float:
    """Return the value from which on F1 is best; between two values that are seen, the middle."""
    seen = np.unique(np.asarray(values, np.float64))
    cuts = np.concatenate([seen[:1], (seen[1:] + seen[:-1]) / 2])
    return float(max(cuts, key=lambda cut: f1(same, np.asarray(values) >= cut)))
