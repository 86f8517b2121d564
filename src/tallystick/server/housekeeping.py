"""Keep an organisation's store small: old events, ended jobs, tokens and sessions that are over, broken uploads.

A round is a job of the store, so of any number of processes one does it, and `tally jobs list` shows what came of it.
"""

import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

from tallystick.platform.auth import Logins, Tokens
from tallystick.platform.jobs.executor import Failed, Outcome, Succeeded
from tallystick.platform.jobs.leases import Leases
from tallystick.platform.telemetry import logger
from tallystick.platform.wiring import Platform
from tallystick.server.settings import HousekeepingSettings

__all__ = ["KIND", "Chore", "Housekeeping", "chores"]

KIND: Final = "housekeeping"
LEASE_S: Final = 900.0
"""How long a round may take before another process does it again; doing one twice does no harm."""
DAY_MS: Final = 86_400_000
LONGEST_PAUSE_S: Final = 15.0

Chore = Callable[[], object]

log = logger("tallystick.housekeeping")


def chores(platform: Platform, settings: HousekeepingSettings) -> Mapping[str, Chore]:
    """Name what a round does, in its order."""

    def jobs() -> None:
        now = _now_ms()
        platform.jobs.prune(ended_before=now - round(settings.jobs_days * DAY_MS))
        platform.jobs.prune(ended_before=now - DAY_MS, kind=KIND)

    def tokens() -> None:
        Tokens(platform.store).prune(ended_before=_now_ms() - round(settings.tokens_days * DAY_MS))

    return {
        "log": platform.log.tidy,
        "jobs": jobs,
        "tokens": tokens,
        "sessions": Logins(platform.store).prune,
        "objects": platform.objects.sweep,
    }


class Housekeeping:
    """Does a round at the end of every `every_s` seconds, unless another process does."""

    def __init__(self, platform: Platform, chores: Mapping[str, Chore], *, every_s: float) -> None:
        self._jobs = platform.jobs
        self._leases = Leases(platform.store, f"{KIND}-{os.getpid()}", lease_s=LEASE_S)
        self._chores = chores
        self._every_s = every_s

    def run(self, stop: threading.Event) -> None:
        """Keep house until `stop` is set; a store that is away for a moment ends nothing."""
        while not stop.wait(self._until_next()):
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 -- whatever it was, the next round tries again
                log.warning("housekeeping failed", reason=str(error))

    def look(self) -> None:
        """Announce the next round, and do the one that is due, if nobody else does."""
        number = int(time.time() / self._every_s) + 1
        self._jobs.submit(KIND, key=f"{KIND}.{number}", delay_s=number * self._every_s - time.time())
        while lease := self._leases.take([KIND]):
            self._leases.end(lease.job, self._round())

    def _round(self) -> Outcome:
        failures = [f"{name}: {reason}" for name, chore in self._chores.items() if (reason := _done(chore))]
        if not failures:
            return Succeeded(b"")
        log.warning("housekeeping failed", reason="; ".join(failures))
        return Failed("; ".join(failures))

    def _until_next(self) -> float:
        return min(LONGEST_PAUSE_S, self._every_s / 2)


def _done(chore: Chore) -> str | None:
    """Do a chore; return why it failed, if it did."""
    try:
        chore()
    except Exception as error:  # noqa: BLE001 -- one chore's trouble must not keep the others undone
        return f"{type(error).__name__}: {error}"
    return None


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
