"""How much happened in each interval of the last minutes, as geometry."""

from collections.abc import Sequence
from dataclasses import dataclass

from tallystick.platform.web.histogram import Tick
from tallystick.platform.web.scale import Line, ceiling_of, rounded

__all__ = ["Beat", "Rate", "Sparkline"]

FLOOR = 120.0
CEILING = 20.0
GAP = 0.25
RECENT = 6
MINUTE_MS = 60_000


@dataclass(frozen=True)
class Beat:
    """One interval from `start_ms`; `rate` is a second's share. What is `cut` would stand out above the drawing."""

    x: float
    y: float
    width: float
    height: float
    start_ms: int
    rate: float
    cut: bool


@dataclass(frozen=True)
class Rate:
    """Counts of equal intervals, the last of which ended at `end_ms`.

    >>> rate = Rate([0, 0, 0, 5, 10, 5], end_ms=60_000, interval_ms=5_000, unit="changes")
    >>> rate.now, rate.peak.start_ms
    (0.6666666666666666, 50000)
    """

    counts: Sequence[int]
    end_ms: int
    interval_ms: int
    unit: str = "changes"

    @property
    def now(self) -> float:
        """How many there are a second, over the last few intervals."""
        last = self.counts[-RECENT:]
        return sum(last) * 1000 / (len(last) * self.interval_ms) if last else 0.0

    @property
    def total(self) -> int:
        """How many there are in all intervals."""
        return sum(self.counts)

    @property
    def peak(self) -> Beat | None:
        """The busiest interval; None where nothing happened."""
        busiest = max(self.beats, key=lambda beat: beat.rate, default=None)
        return busiest if busiest and busiest.rate else None

    @property
    def beats(self) -> list[Beat]:
        """The intervals, the oldest first."""
        step, begun = 100 / max(len(self.counts), 1), self.end_ms - len(self.counts) * self.interval_ms
        top = ceiling_of(self._rates())
        beats = []
        for place, rate in enumerate(self._rates()):
            tall = min(rate / top, 1.0) * (FLOOR - CEILING)
            tall = max(tall, 1.5) if rate else 0.0
            x, start = rounded(place * step + GAP / 2), begun + place * self.interval_ms
            beats.append(Beat(x, rounded(FLOOR - tall), rounded(step - GAP), rounded(tall), start, rate, rate > top))
        return beats

    @property
    def lines(self) -> list[Line]:
        """Rates to read heights by."""
        top = ceiling_of(self._rates())
        return [Line(CEILING, top), Line((CEILING + FLOOR) / 2, top / 2)]

    @property
    def ticks(self) -> list[Tick]:
        """Each whole minute before now."""
        span = len(self.counts) * self.interval_ms
        minutes = range(span // MINUTE_MS, 0, -1)
        past = [Tick(rounded(100 - 100 * minute * MINUTE_MS / span), f"\u2212{minute} min") for minute in minutes]
        return [*past, Tick(100.0, "now")]

    @property
    def spark(self) -> "Sparkline":
        """The same as a small line."""
        return Sparkline(self._rates())

    def _rates(self) -> list[float]:
        return [count * 1000 / self.interval_ms for count in self.counts]


@dataclass(frozen=True)
class Sparkline:
    """A small line of values in the order of time; a burst is cut at the top."""

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

    def _places(self) -> list[tuple[float, float]]:
        if not self.values:
            return []
        values = list(self.values) if len(self.values) > 1 else [self.values[0]] * 2
        high, step = ceiling_of(values), self.width / (len(values) - 1)
        floor, span = self.height - 3, self.height - 6
        places = enumerate(min(value / high, 1.0) for value in values)
        return [(rounded(index * step), rounded(floor - share * span)) for index, share in places]
