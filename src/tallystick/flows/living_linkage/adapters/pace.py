"""How many change events reached the unit in the last minutes, counted in the registry's own store."""

from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection, delete, select

from tallystick.flows.living_linkage.adapters.tables import pace
from tallystick.platform.auth.secrets import now_ms
from tallystick.platform.store import Store, upsert
from tallystick.platform.web import Rate

__all__ = ["Pace"]

INTERVAL_MS: Final = 5_000
INTERVALS: Final = 60


class Pace:
    """Counts in intervals of five seconds; what is older than the ones shown is forgotten."""

    def __init__(self, store: Store, now: Callable[[], int] = now_ms) -> None:
        self._store = store
        self._now = now

    def count(self, events: int, *, within: Connection) -> None:
        """Count events, in the transaction that commits them."""
        start = self._now() // INTERVAL_MS * INTERVAL_MS
        known = within.scalar(select(pace.c.events).where(pace.c.start_ms == start)) or 0
        upsert(within, pace, [{"start_ms": start, "events": known + events}], key=["start_ms"])
        within.execute(delete(pace).where(pace.c.start_ms < start - (INTERVALS + 1) * INTERVAL_MS))

    def rate(self) -> Rate:
        """Return the last five minutes, in whole intervals."""
        end = self._now() // INTERVAL_MS * INTERVAL_MS
        with self._store.read() as connection:
            rows = connection.execute(select(pace.c.start_ms, pace.c.events))
            counted = {int(start): int(events) for start, events in rows}
        starts = range(end - INTERVALS * INTERVAL_MS, end, INTERVAL_MS)
        return Rate([counted.get(start, 0) for start in starts], end, INTERVAL_MS)
