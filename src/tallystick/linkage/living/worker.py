"""The linker's process: every linkage of a unit, one after the other, again and again."""

import fcntl
import os
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from tallystick.linkage.domain.living.linkages import Linkage
from tallystick.linkage.living.linker import Linker
from tallystick.linkage.living.service import LivingService
from tallystick.platform.telemetry import logger

__all__ = ["LinkerWorker"]

LONGEST_PAUSE_S: Final = 5.0
TURN_S: Final = 0.5


class LinkerWorker:
    """Links whatever is handed over, until it is told to stop.

    A second worker on the same directory waits until the first one's process is gone. A linkage whose linker fails is
    taken up again from its last commit, with growing pauses; the others go on.
    """

    def __init__(
        self, service: LivingService, start: Callable[[Linkage], Linker], directory: Path, *, poll_s: float = 0.02
    ) -> None:
        self._service = service
        self._start = start
        self._directory = directory
        self._poll_s = poll_s
        self._linkers: dict[str, Linker] = {}
        self._pauses: dict[str, float] = {}
        self._log = logger("tallystick.linkage.linker")

    def run(self, stop: threading.Event) -> None:
        """Link until `stop` is set."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with closing(_Turn(self._directory / "linker.lock")) as turn:
            while not turn.taken() and not stop.wait(TURN_S):
                pass
            while not stop.is_set():
                if not self.step():
                    stop.wait(max([self._poll_s, *self._pauses.values()]))

    def step(self) -> bool:
        """Give every linkage one step; tell whether any had something to do."""
        busy = [self._step(linkage) for linkage in self._service.linkages()]
        return any(busy)

    def _step(self, linkage: Linkage) -> bool:
        try:
            linker = self._linkers.get(linkage.id)
            if linker is None:
                self._linkers[linkage.id] = linker = self._start(linkage)
            busy = linker.step()
        except Exception as error:  # noqa: BLE001 -- one linkage's failure must not stop the others
            self._linkers.pop(linkage.id, None)
            pause = self._pauses[linkage.id] = min(2 * self._pauses.get(linkage.id, 0.1), LONGEST_PAUSE_S)
            self._log.error("linking failed", linkage=linkage.id, error=repr(error), retry_s=pause)
            return False
        self._pauses.pop(linkage.id, None)
        return busy


class _Turn:
    """The lock that one linker process holds; it goes with the process."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def taken(self) -> bool:
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        os.close(self._handle)
