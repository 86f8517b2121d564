"""Training and its proof: five splits by original for the report, then all of the people for the model."""

from dataclasses import dataclass
from statistics import fmean

import numpy as np
from tools.pair_model.fitting import PairModel, best_cut, fit
from tools.pair_model.pairs import ZONE, Pairs, f1, solved_pairs
from tools.pair_model.people import Indices, Population, deal, split

__all__ = ["SEEDS", "HeldOut", "Report", "evaluate", "report", "train"]

SEEDS = (0, 1, 2, 3, 4)
_SHARE_TRAINED = 0.6
_DRAWS = 4


@dataclass(frozen=True)
class HeldOut:
    """What one split showed, inside the zone, on people whom neither the model nor the threshold had seen."""

    seed: int
    pairs: int
    f1_model: float
    f1_threshold: float
    threshold: float


@dataclass(frozen=True)
class Report:
    """The splits and their means; `threshold` is the one to hold the model against elsewhere."""

    zone: tuple[float, float]
    f1_model: float
    f1_threshold: float
    threshold: float
    splits: tuple[HeldOut, ...]


def train(people: Population) -> PairModel:
    """Train on everybody."""
    everybody = np.arange(len(people.person))
    return fit(_drawn(people, everybody, np.random.default_rng(SEEDS[0])))


def report(people: Population) -> Report:
    """Judge held-out people with models that never saw them, and with the threshold that was best in training."""
    splits = tuple(evaluate(people, seed) for seed in SEEDS)
    return Report(
        zone=ZONE,
        f1_model=fmean(one.f1_model for one in splits),
        f1_threshold=fmean(one.f1_threshold for one in splits),
        threshold=fmean(one.threshold for one in splits),
        splits=splits,
    )


def evaluate(people: Population, seed: int) -> HeldOut:
    """Train on a share of the originals and judge the others."""
    generator = np.random.default_rng(seed)
    trained, held_out = (_drawn(people, part, generator) for part in split(people, generator, _SHARE_TRAINED))
    model = fit(trained)
    zone = trained.between(*ZONE)
    threshold = best_cut(zone.same, zone.score)
    unseen = held_out.between(*ZONE)
    return HeldOut(
        seed=seed,
        pairs=len(unseen.same),
        f1_model=f1(unseen.same, model.probability(unseen) >= 0.5),
        f1_threshold=f1(unseen.same, unseen.score >= threshold),
        threshold=threshold,
    )


def _drawn(people: Population, records: Indices, generator: np.random.Generator) -> Pairs:
    return Pairs.concatenated([solved_pairs(people, *deal(people, records, generator)) for _ in range(_DRAWS)])
