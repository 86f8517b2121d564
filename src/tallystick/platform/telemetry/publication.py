"""Show every process's metrics on one endpoint.

Each process writes what it counts to a file of its own; whoever answers `/metrics` merges the files and adds the label
`process`. Files beat prometheus_client's multi-process mode here: figures keep their process, gauges keep their
meaning, and a killed process leaves nothing that has to be summed for ever.
"""

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from tallystick.platform.telemetry import metrics

__all__ = ["Publication", "exposition", "forget_killed"]


class Publication:
    """A thread that writes this process's figures to `folder` every `every_s` seconds, and removes them at the end.

    >>> with Publication(Path("run/metrics"), "linker"):  # doctest: +SKIP
    ...     work()
    """

    def __init__(
        self, folder: Path, process: str, *, every_s: float = 2.0, registry: CollectorRegistry = metrics.registry
    ) -> None:
        self._path = folder / f"{process}.{os.getpid()}.prom"
        self._every_s = every_s
        self._registry = registry
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.write()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._stopped.set()
        self._thread.join()
        self._path.unlink(missing_ok=True)

    def write(self) -> None:
        """Write the figures of this moment, whole or not at all."""
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(generate_latest(self._registry))
        fresh.replace(self._path)

    def _run(self) -> None:
        while not self._stopped.wait(self._every_s):
            with contextlib.suppress(OSError):  # a full disk must not end the process; the next round tries again
                self.write()


def exposition(folder: Path | None = None, *, registry: CollectorRegistry = metrics.registry) -> bytes:
    """Render the figures of every living process under `folder`; without a folder, of this process alone."""
    if folder is None:
        return generate_latest(registry)
    merged = CollectorRegistry()
    merged.register(_Merged(folder))
    return generate_latest(merged)


def forget_killed(folder: Path) -> None:
    """Remove the figures under `folder` of processes that ended without doing so."""
    for path in [*folder.glob("*.prom"), *folder.glob("*.new")]:
        if not _alive(path.stem.rpartition(".")[2]):
            path.unlink(missing_ok=True)


class _Merged(Collector):
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        forget_killed(self._folder)
        for path in sorted(self._folder.glob("*.prom")):
            process = path.stem.rpartition(".")[0]
            try:
                figures = path.read_text()
            except FileNotFoundError:  # the process ended a moment ago
                continue
            for family in text_string_to_metric_families(figures):
                into = families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                for sample in family.samples:
                    labels = {**sample.labels, "process": process}
                    into.samples.append(sample._replace(labels=labels))
        yield from families.values()


def _alive(pid: str) -> bool:
    return pid.isdigit() and Path(f"/proc/{pid}").exists()
