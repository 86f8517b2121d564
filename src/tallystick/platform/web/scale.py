"""What the charts' scales share; lengths are in pixels of a drawing whose floor and ceiling are fixed."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

__all__ = ["CEILING", "FLOOR", "Line", "ceiling_of", "nice_above", "rounded"]

FLOOR = 200.0
CEILING = 22.0
STEPS = (1.0, 2.0, 5.0, 10.0)
HEADROOM = 1.2


@dataclass(frozen=True)
class Line:
    """A line across the drawing, and the value it stands for."""

    y: float
    value: float


def nice_above(value: float) -> float:
    """Return the smallest 1, 2 or 5 times a power of ten that is not below a value; 0 for nothing.

    >>> nice_above(1730), nice_above(4), nice_above(0)
    (2000.0, 5.0, 0.0)
    """
    if value <= 0:
        return 0.0
    power = 10.0 ** floor(log10(value))
    return min((step * power for step in STEPS if step * power >= value), default=value)


def ceiling_of(values: Sequence[float]) -> float:
    """Return how high a scale of values over time must reach, so that one burst does not flatten everything else.

    Values in the highest tenth of those that are not zero may stand out above it.

    >>> ceiling_of([0, 1, 2, 1, 2, 1, 2, 1, 2, 1, 900]), ceiling_of([0, 0])
    (5.0, 1.0)
    """
    some = sorted(value for value in values if value > 0)
    if not some:
        return 1.0
    return nice_above(HEADROOM * some[max(0, int(0.9 * len(some)) - 1)])


def rounded(value: float) -> float:
    """Round to what a screen can show."""
    return round(value, 2)
