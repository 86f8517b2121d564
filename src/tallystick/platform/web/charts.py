"""Charts as geometry; the components draw them as SVG, so that they show without JavaScript."""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Bar", "Histogram", "Sparkline", "Tick", "Zone"]

WIDTH = 720
HEIGHT = 240
FLOOR = 208
CEILING = 12
SIDE = 8
GAP = 1.5


@dataclass(frozen=True)
class Zone:
    """A stretch of the scale that is judged apart, from `low` up to but without `high`."""

    low: float
    high: float
    label: str = "grey zone"


@dataclass(frozen=True)
class Bar:
    """One bar: where it stands and what it counts."""

    x: float
    y: float
    width: float
    height: float
    count: int
    low: float
    high: float
    above: bool


@dataclass(frozen=True)
class Tick:
    """A mark on the scale."""

    x: float
    label: str


@dataclass(frozen=True)
class Histogram:
    """Counts between edges, with the threshold above which a pair counts as a match.

    `edges` has one element more than `counts`. Heights grow with the square root of the count, since candidates far
    below the threshold outnumber matches by orders of magnitude.

    >>> [bar.above for bar in Histogram([0.5, 0.7, 1.0], [900, 100], threshold=0.7).bars]
    [False, True]
    """

    edges: Sequence[float]
    counts: Sequence[int]
    threshold: float | None = None
    zone: Zone | None = None
    unit: str = "pairs"

    width = WIDTH
    height = HEIGHT
    floor = FLOOR
    ceiling = CEILING

    def __post_init__(self) -> None:
        if len(self.edges) != len(self.counts) + 1:
            raise ValueError(f"{len(self.counts)} counts need {len(self.counts) + 1} edges, not {len(self.edges)}")

    @property
    def total(self) -> int:
        """How many there are in all bars."""
        return sum(self.counts)

    @property
    def above(self) -> int:
        """How many stand at the threshold or above it, bar by bar."""
        return sum(bar.count for bar in self.bars if bar.above)

    @property
    def bars(self) -> list[Bar]:
        """The bars, from the left."""
        tallest = max(self.counts, default=0) ** 0.5 or 1.0
        bars = []
        for count, low, high in zip(self.counts, self.edges, self.edges[1:], strict=False):
            left, right = self.place(low), self.place(high)
            tall = count**0.5 / tallest * (FLOOR - CEILING)
            tall = max(tall, 1.5) if count else 0.0
            above = self.threshold is not None and low >= self.threshold - 1e-9
            x, y = _round(left + GAP / 2), _round(FLOOR - tall)
            bars.append(Bar(x, y, _round(right - left - GAP), _round(tall), count, low, high, above))
        return bars

    @property
    def ticks(self) -> list[Tick]:
        """At most eleven marks of the scale."""
        step = max(1, -(-(len(self.edges) - 1) // 10))
        return [Tick(self.place(edge), f"{edge:.3g}") for edge in self.edges[::step]]

    def place(self, value: float) -> float:
        """Where a value stands on the scale, in the drawing's own units."""
        low, high = self.edges[0], self.edges[-1]
        share = (min(max(value, low), high) - low) / ((high - low) or 1.0)
        return _round(SIDE + share * (WIDTH - 2 * SIDE))


@dataclass(frozen=True)
class Sparkline:
    """A small line of values in the order of time."""

    values: Sequence[float]
    width: int = 160
    height: int = 36

    @property
    def points(self) -> str:
        """The points of the line, as SVG writes them."""
        return " ".join(f"{x},{y}" for x, y in self._places())

    @property
    def area(self) -> str:
        """The points of the surface under the line."""
        return f"{self.points} {self.width},{self.height} 0,{self.height}" if self.values else ""

    @property
    def last(self) -> tuple[float, float] | None:
        """Where the newest value stands."""
        places = self._places()
        return places[-1] if places else None

    def _places(self) -> list[tuple[float, float]]:
        if not self.values:
            return []
        values = list(self.values) if len(self.values) > 1 else [self.values[0]] * 2
        high = max(*values, 0) or 1.0
        step = self.width / (len(values) - 1)
        floor, span = self.height - 3, self.height - 6
        return [(_round(index * step), _round(floor - value / high * span)) for index, value in enumerate(values)]


def _round(value: float) -> float:
    return round(value, 2)
