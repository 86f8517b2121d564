"""What the unit may know of a pair of encodings, as numbers for a judge.

Every feature is symmetric: which party comes first does not matter.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["FEATURES", "features", "rivals"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FEATURES = (
    "score",  # Dice coefficient of the pair
    "intersection",  # bits set in both
    "popcount_low",  # bits set in the sparser encoding
    "popcount_high",
    "overlap",  # intersection / popcount_low
    "margin_low",  # score - best score of another candidate of the same record; the tighter side
    "margin_high",
    "candidates_low",  # candidates of a record, the pair included; the side with fewer
    "candidates_high",
)


def features(
    score: Floats,
    popcounts: tuple[Integers, Integers],
    rival: tuple[Floats, Floats],
    candidates: tuple[Integers, Integers],
) -> NDArray[np.float32]:
    """Describe n pairs; returns shape (n, len(FEATURES)).

    `popcounts`, `rival` and `candidates` hold one array for each side of the pair: bits set in the encoding, the best
    score among the record's other candidates (the candidate floor where there is none), and its number of candidates.

    >>> one = np.array([0.8])
    >>> bits, rival, number = (np.array([100]), np.array([100])), (np.array([0.7]), np.array([0.75])), np.array([2])
    >>> features(one, bits, rival, (number, number)).round(2).tolist()
    [[0.800000011920929, 80.0, 100.0, 100.0, 0.800000011920929, 0.05000000074505806, 0.10000000149011612, 2.0, 2.0]]
    """
    left, right = popcounts
    intersection = np.rint(score * (left + right) / 2)
    low, high = np.minimum(left, right), np.maximum(left, right)
    margins = score - rival[0], score - rival[1]
    columns = (
        score,
        intersection,
        low,
        high,
        intersection / np.maximum(low, 1),
        np.minimum(*margins),
        np.maximum(*margins),
        np.minimum(*candidates),
        np.maximum(*candidates),
    )
    return np.column_stack(columns).astype(np.float32)


def rivals(records: Integers, score: Floats, floor: float) -> tuple[Floats, Integers]:
    """Find, for one side of a complete candidate list, each pair's best rival score and number of candidates.

    `records` names the record on that side of each pair; the rival is the record's best other candidate, or `floor`.

    >>> best, number = rivals(np.array([0, 0, 1]), np.array([0.9, 0.8, 0.75]), 0.7)
    >>> best.tolist(), number.tolist()
    ([0.8, 0.9, 0.7], [2, 2, 1])
    """
    order = np.lexsort((-score, records))
    sorted_records, sorted_scores = records[order], score[order]
    starts = np.flatnonzero(np.r_[True, sorted_records[1:] != sorted_records[:-1]]) if len(order) else np.array([], int)
    lengths = np.diff(np.r_[starts, len(order)])
    second = np.where(lengths > 1, sorted_scores[np.minimum(starts + 1, max(len(order) - 1, 0))], floor)
    best_rival = np.repeat(sorted_scores[starts], lengths)
    best_rival[starts] = second
    rival, number = np.empty(len(order)), np.empty(len(order), np.int64)
    rival[order], number[order] = best_rival, np.repeat(lengths, lengths)
    return rival, number
