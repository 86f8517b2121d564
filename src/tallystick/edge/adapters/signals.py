"""Run until told to stop: SIGTERM and SIGINT end, SIGHUP reloads, a second SIGTERM ends at once."""

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

__all__ = ["Signals"]

TICK_S = 1.0


class Signals:
    """Turns signals into a loop; made on the main thread. What comes before the loop is obeyed when it runs."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._reload = threading.Event()
        self._wake = threading.Event()
        signal.signal(signal.SIGTERM, self._ask_stop)
        signal.signal(signal.SIGINT, self._ask_stop)
        signal.signal(signal.SIGHUP, self._ask_reload)

    def run(self, reload: Callable[[], object], *, changed: Callable[[], bool] = lambda: False) -> None:
        """Return when asked to stop; until then reload when asked, or when `changed` says so once a second."""
        while not self._stop.is_set():
            self._wake.wait(TICK_S)
            self._wake.clear()
            if not self._stop.is_set() and (self._reload.is_set() or changed()):
                self._reload.clear()
                reload()

    def _ask_stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  the system's signature
        if self._stop.is_set():
            os._exit(128 + number)
        self._stop.set()
        self._wake.set()

    def _ask_reload(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  the system's signature
        self._reload.set()
        self._wake.set()
