"""One process that offers linkage alone: the reference's interface, and a worker for its runs."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tallystick.linkage.batch.wiring import Batch
from tallystick.platform.http import application, serve
from tallystick.platform.jobs import Threads, Worker
from tallystick.platform.wiring import Platform

__all__ = ["serve_batch"]

LEASE_S = 5.0
"""How long a run of a killed process waits for the next one."""


def serve_batch(
    batch: Batch,
    platform: Platform,
    *,
    listen: str,
    ready: Callable[[str], None],
    stop: threading.Event | None = None,
) -> None:
    """Serve until SIGTERM, or until `stop` is set; what earlier processes left broken off is removed first."""
    batch.sweep()
    app = application("Tallystick linkage", batch.routes)
    with _working(batch, platform):
        serve(app, listen=listen, ready=ready, stop=stop)


@contextmanager
def _working(batch: Batch, platform: Platform) -> Iterator[None]:
    """Do runs beside the server; those that are under way at the end are handed back."""
    stop = threading.Event()
    worker = Worker(platform.store, Threads(lambda: batch.tasks), [*batch.tasks], lease_s=LEASE_S)
    thread = threading.Thread(target=worker.run, args=(stop,), name="linkage worker")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
