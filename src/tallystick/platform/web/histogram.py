"""A histogram as geometry: across in percent, to fill any width; down in pixels, so that text keeps its size."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log1p

from tallystick.platform.web.scale import CEILING, FLOOR, Line, rounded

__all__ = ["Bar", "Histogram", "Tick", "Zone"]

GAP = 0.22


@dataclass(frozen=True)
class Zone:
    """A stretch of the scale that is judged apart, from `low` up to but without `high`."""

    low: float
    high: float
    label: str = "grey zone"


@dataclass(frozen=True)
class Bar:
    """One bar from `low` to `high`: what it counts, and how many of those are marked, each with its height."""

    x: float
    width: float
    y: float
    height: float
    marked_y: float
    marked_height: float
    count: int
    marked: int
    low: float
    high: float


@dataclass(frozen=True)
class Tick:
    """A mark on the scale."""

    x: float
    label: str


@dataclass(frozen=True)
class Histogram:
    """Counts between edges, with the threshold from which on a pair counts.

    `edges` has one element more than `counts`; `marked` counts, bin by bin, those that are told apart, `mark` names
    them. Heights grow with the logarithm of the count, since pairs just above the threshold outnumber matches by
    orders of magnitude; the lines stand for powers of ten.

    >>> [(bar.count, bar.marked) for bar in Histogram([0.5, 0.7, 1.0], [900, 100], marked=[0, 80]).bars]
    [(900, 0), (100, 80)]
    """

    edges: Sequence[float]
    counts: Sequence[int]
    threshold: float | None = None
    zone: Zone | None = None
    unit: str = "pairs"
    marked: Sequence[int] = ()
    mark: str = "matches"

    def __post_init__(self) -> None:
        if len(self.edges) != len(self.counts) + 1:
            raise ValueError(f"{len(self.counts)} counts need {len(self.counts) + 1} edges, not {len(self.edges)}")
        if self.marked and len(self.marked) != len(self.counts):
            raise ValueError(f"{len(self.marked)} marked counts beside {len(self.counts)} counts")

    @property
    def total(self) -> int:
        """How many there are in all bars."""
        return sum(self.counts)

    @property
    def bars(self) -> list[Bar]:
        """The bars, from the left."""
        marked = self.marked or [0] * len(self.counts)
        steps = zip(self.counts, marked, self.edges, self.edges[1:], strict=False)
        return [self._bar(count, told, low, high) for count, told, low, high in steps]

    @property
    def ticks(self) -> list[Tick]:
        """At most nine marks of the scale."""
        step = max(1, -(-(len(self.edges) - 1) // 8))
        return [Tick(self.place(edge), f"{edge:.3g}") for edge in self.edges[::step]]

    @property
    def lines(self) -> list[Line]:
        """Counts to read heights by: powers of ten, none that would stand close to the floor."""
        powers = (10**power for power in range(1, len(str(max(self.counts, default=0)))))
        return [Line(rounded(FLOOR - self._tall(count)), count) for count in powers]

    def place(self, value: float) -> float:
        """Where a value stands on the scale, in percent of the width."""
        low, high = self.edges[0], self.edges[-1]
        share = (min(max(value, low), high) - low) / ((high - low) or 1.0)
        return rounded(100 * share)

    def _bar(self, count: int, marked: int, low: float, high: float) -> Bar:
        left, right = self.place(low), self.place(high)
        tall, told = self._tall(count), self._tall(marked)
        return Bar(
            x=rounded(left + GAP / 2),
            width=rounded(max(right - left - GAP, GAP)),
            y=rounded(FLOOR - tall),
            height=rounded(tall),
            marked_y=rounded(FLOOR - told),
            marked_height=rounded(told),
            count=count,
            marked=marked,
            low=low,
            high=high,
        )

    def _tall(self, count: float) -> float:
        tallest = max(self.counts, default=0) or 1
        return log1p(count) / log1p(tallest) * (FLOOR - CEILING)
