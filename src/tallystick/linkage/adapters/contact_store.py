"""When parties were last heard of, in the store."""

import time
from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import select

from tallystick.linkage.adapters.living_tables import contacts
from tallystick.platform.store import Store, upsert

__all__ = ["ContactStore"]

EVERY_MS: Final = 4_000


class ContactStore:
    """Notes each call of a party, but writes at most one in a few seconds: parties ask for matches all the time."""

    def __init__(self, store: Store, now: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
        self._store = store
        self._now = now
        self._written: dict[tuple[str, str], int] = {}

    def heard(self, linkage: str, party: str) -> None:
        """Note that a party spoke just now."""
        now = self._now()
        if now - self._written.get((linkage, party), 0) < EVERY_MS:
            return
        self._written[linkage, party] = now
        with self._store.write() as connection:
            row = {"linkage": linkage, "party": party, "heard_ms": now}
            upsert(connection, contacts, [row], key=("linkage", "party"))

    def heard_ms(self, linkage: str) -> Mapping[str, int]:
        """Return when each party was last heard of."""
        wanted = select(contacts.c.party, contacts.c.heard_ms).where(contacts.c.linkage == linkage)
        with self._store.read() as connection:
            return {str(party): int(heard) for party, heard in connection.execute(wanted)}
