"""Sees match events become durable at the unit, and tells when."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from tallystick.platform.log import Log, StoredRecord, follow

__all__ = ["MatchWatch"]

LOOK_S = 0.5
"""How often somebody who waits looks whether it is still worth it."""


class _Member(msgspec.Struct):
    party: str
    key: str


class _Event(msgspec.Struct):
    members: list[_Member]


class MatchWatch:
    """Follows the unit's topic of match events; a change waits for the first event about its record key.

    An event is seen after it is durable, so what is measured is never shorter than the truth.
    """

    def __init__(self, log: Log, topic: str, *, alive: Callable[[], bool] = lambda: True) -> None:
        self._log = log
        self._topic = topic
        self._alive = alive
        self._seen: dict[tuple[str, str], list[float]] = {}
        self._changed = threading.Condition()
        self.events = 0

    @contextmanager
    def watching(self) -> Iterator["MatchWatch"]:
        """Follow the topic from its end while the block runs."""
        stop = threading.Event()
        start = self._log.end(self._topic)
        thread = threading.Thread(target=self._run, args=(start, stop), name="watch", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            stop.set()
            thread.join()

    def wait_for(self, party: str, key: str, since: float, timeout_s: float) -> float | None:
        """Return the seconds from `since` (monotonic) to the first event about a key, or None when none came."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while True:
                if moment := next((at for at in self._seen.get((party, key), ()) if at >= since), None):
                    return moment - since
                left = deadline - time.monotonic()
                if left <= 0 or not self._alive():
                    return None
                self._changed.wait(min(left, LOOK_S))

    def _run(self, start: int, stop: threading.Event) -> None:
        for records in follow(self._log, self._topic, start, stop=stop, poll_s=0.01):
            self._note(records)

    def _note(self, records: list[StoredRecord]) -> None:
        now = time.monotonic()
        with self._changed:
            for record in records:
                if record.value is None:
                    continue
                self.events += 1
                for member in msgspec.json.decode(record.value, type=_Event).members:
                    self._seen.setdefault((member.party, member.key), []).append(now)
            self._changed.notify_all()
