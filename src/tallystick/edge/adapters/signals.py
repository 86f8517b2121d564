"""Run until told to stop: SIGTERM and SIGINT end, SIGHUP reloads, a second SIGTERM ends at once."""

import contextlib
import os
import queue
import signal
from collections.abc import Callable
from types import FrameType

__all__ = ["Signals"]

TICK_S = 1.0


class Signals:
    """Turns signals into a loop; made on the main thread. What comes before the loop is obeyed when it runs."""

    def __init__(self) -> None:
        self._stops = False
        self._reloads = False
        # A handler interrupts the loop anywhere, and would wait for ever for a lock that the loop holds; this queue's
        # `put` is made for that.
        self._wake: queue.SimpleQueue[None] = queue.SimpleQueue()
        signal.signal(signal.SIGTERM, self._ask_stop)
        signal.signal(signal.SIGINT, self._ask_stop)
        signal.signal(signal.SIGHUP, self._ask_reload)

    def run(self, reload: Callable[[], object], *, changed: Callable[[], bool] = lambda: False) -> None:
        """Return when asked to stop; until then reload when asked, or when `changed` says so once a second."""
        while not self._stops:
            with contextlib.suppress(queue.Empty):
                self._wake.get(timeout=TICK_S)
            if not self._stops and (self._reloads or changed()):
                self._reloads = False
                reload()

    def _ask_stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  the system's signature
        if self._stops:
            os._exit(128 + number)
        self._stops = True
        self._wake.put(None)

    def _ask_reload(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  the system's signature
        self._reloads = True
        self._wake.put(None)
