"""Counters, gauges and histograms of this process, in the Prometheus model.

>>> rows = counter("tallystick_example_rows", "Rows seen.", ["table"])
>>> rows.labels("person").inc()
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.metrics import MetricWrapperBase

__all__ = ["LATENCIES_S", "Declared", "counter", "declared", "gauge", "histogram", "registry"]

LATENCIES_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

registry = CollectorRegistry()
ProcessCollector(registry=registry)

_declared: dict[str, MetricWrapperBase] = {}
Metric = TypeVar("Metric", bound=MetricWrapperBase)


@dataclass(frozen=True)
class Declared:
    """A figure as it was declared, for the documentation."""

    name: str
    kind: str
    sentence: str
    labels: tuple[str, ...]


def counter(name: str, sentence: str, labels: Sequence[str] = ()) -> Counter:
    """Declare a figure that only grows; declaring it again gives the same one."""
    return _once(name, Counter, lambda: Counter(name, sentence, labels, registry=registry))


def gauge(name: str, sentence: str, labels: Sequence[str] = ()) -> Gauge:
    """Declare a figure that goes up and down."""
    return _once(name, Gauge, lambda: Gauge(name, sentence, labels, registry=registry))


def histogram(
    name: str, sentence: str, labels: Sequence[str] = (), *, buckets: Sequence[float] = LATENCIES_S
) -> Histogram:
    """Declare a distribution, by default of seconds."""
    return _once(name, Histogram, lambda: Histogram(name, sentence, labels, buckets=buckets, registry=registry))


def declared() -> list[Declared]:
    """List what was declared so far."""
    return [
        Declared(name, family.type, family.documentation, tuple(metric._labelnames))
        for name, metric in _declared.items()
        for family in metric.describe()
    ]


def _once(name: str, kind: type[Metric], make: Callable[[], Metric]) -> Metric:
    made = _declared.get(name)
    if made is None:
        made = _declared[name] = make()
    if not isinstance(made, kind):
        raise TypeError(f"metric {name} is already declared as a {type(made).__name__.lower()}")
    return made
