"""The linker's process: every linkage of a unit, one after the other, again and again."""

import fcntl
import os
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tallystick.linkage.adapters.living_store import LivingStore
from tallystick.linkage.domain.living.linkages import Linkage
from tallystick.linkage.living.linker import Linker
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
        self, store: LivingStore, start: Callable[[Linkage], Linker], directory: Path, *, poll_s: float = 0.02
    ) -> None:
        self._store = store
        self._start = start
        self._directory = directory
        self._poll_s = poll_s
        self._linkers: dict[str, Linker] = {}
        self._pauses: dict[str, _Pause] = {}
        self._log = logger("tallystick.linkage.linker")

    def run(self, stop: threading.Event) -> None:
        """Link until `stop` is set."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with closing(_Turn(self._directory / "linker.lock")) as turn:
            while not turn.taken() and not stop.wait(TURN_S):
                pass
            while not stop.is_set():
                if not self.step():
                    stop.wait(self._poll_s)

    def step(self) -> bool:
        """Give every linkage that has something to do one step; tell whether any had."""
        busy = [self._step(linkage, sequence) for linkage, sequence in self._store.received().items()]
        return any(busy)

    def _step(self, linkage: str, sequence: int) -> bool:
        pause = self._pauses.get(linkage, NO_PAUSE)
        if time.monotonic() < pause.until:
            return False
        try:
            linker = self._linkers.get(linkage) or self._begin(linkage)
            busy = linker.wanted(sequence) and linker.step()
        except Exception as error:  # noqa: BLE001 -- one linkage's failure must not stop the others
            self._linkers.pop(linkage, None)
            self._pauses[linkage] = pause.next()
            self._log.error("linking failed", linkage=linkage, error=repr(error), retry_s=pause.next().length_s)
            return False
        self._pauses.pop(linkage, None)
        return busy

    def _begin(self, linkage: str) -> Linker:
        definition = self._store.linkage(linkage)
        if definition is None:
            raise LookupError(f"linkage {linkage} is gone")
        self._linkers[linkage] = linker = self._start(definition)
        return linker


@dataclass(frozen=True)
class _Pause:
    """How long a failing linkage is left alone."""

    length_s: float
    until: float

    def next(self) -> "_Pause":
        length_s = min(2 * self.length_s, LONGEST_PAUSE_S)
        return _Pause(length_s, time.monotonic() + length_s)


NO_PAUSE: Final = _Pause(0.1, 0.0)


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
