"""Make a replication slot: the server answers once every transaction that was running has ended."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event
from typing import Final

from tallystick.capture.adapters.sessions import translated
from tallystick.native.capture import PostgresSession

__all__ = ["make_slot"]

PATIENCE_MS: Final = 3_600_000
LOOK_S: Final = 0.25
LATE_S: Final = 5.0

Row = list[str | None]


def make_slot(
    replication: PostgresSession, name: str, stop: Event, *, late: Callable[[], None], end: Callable[[str], None]
) -> Row | None:
    """Make a slot that exports its snapshot, and return the server's description of it; None when told to stop.

    `late` is called once when the server takes its time. `end` is given the process to end when nobody waits for it
    any more: the server would go on, and hold the slot.
    """
    with translated():
        process = str(replication.query("SELECT pg_backend_pid()")[0][0])
    command = f'CREATE_REPLICATION_SLOT "{name}" LOGICAL pgoutput EXPORT_SNAPSHOT'
    with ThreadPoolExecutor(1, "capture-slot") as pool:
        made = pool.submit(replication.query, command, timeout_ms=PATIENCE_MS)
        if not _awaited(made, stop, late):
            end(process)
            return None
    with translated():
        return made.result()[0]


def _awaited(made: Future[list[Row]], stop: Event, late: Callable[[], None]) -> bool:
    began, told = time.monotonic(), False
    while not stop.is_set():
        if wait([made], LOOK_S).done:
            return True
        if not told and time.monotonic() - began > LATE_S:
            late()
            told = True
    return False
