"""Show the data plane's counters beside the process's own."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

__all__ = ["shown"]


class _DataPlane(Collector):
    def __init__(self, text: Callable[[], str]) -> None:
        self._text = text

    def collect(self) -> Iterable[Metric]:
        return text_string_to_metric_families(self._text())


@contextmanager
def shown(text: Callable[[], str], registry: CollectorRegistry) -> Iterator[None]:
    """Let `registry` show what `text` says, for as long as the context lasts."""
    collector = _DataPlane(text)
    registry.register(collector)
    try:
        yield
    finally:
        registry.unregister(collector)
