"""Whether the unit answers this registry, and since when, in the registry's own store."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import select

from tallystick.flows.living_linkage.adapters.tables import contact
from tallystick.platform.auth.secrets import now_ms
from tallystick.platform.store import Store, upsert

__all__ = ["Contact", "UnitContact"]

UNIT: Final = "unit"
EVERY_MS: Final = 4_000
SILENCE_MS: Final = 15_000


@dataclass(frozen=True)
class Contact:
    """Whether the unit answers, since when that is so, when it was last seen to be so, and why it does not."""

    answering: bool
    since_ms: int
    told_ms: int
    reason: str = ""


class UnitContact:
    """Written by the process that asks the unit all the time; what stays the same is written every few seconds."""

    def __init__(self, store: Store, now: Callable[[], int] = now_ms) -> None:
        self._store = store
        self._now = now
        self._last: Contact | None = None

    def answered(self) -> None:
        """Note that the unit answered just now."""
        self._note(answering=True)

    def failed(self, reason: str) -> None:
        """Note that the unit did not answer, or refused."""
        self._note(answering=False, reason=reason)

    def now(self) -> Contact | None:
        """Tell how the contact is; None before the first call. Silence of the process that asks is no contact."""
        found = self._read()
        if found and found.answering and self._now() - found.told_ms > SILENCE_MS:
            return Contact(False, found.told_ms, found.told_ms, "nobody has asked the unit since")
        return found

    def _note(self, *, answering: bool, reason: str = "") -> None:
        now = self._now()
        before = self._last or self.now()
        if before is None or before.answering != answering:
            noted = Contact(answering, now, now, reason)
        elif before is self._last and now - before.told_ms < EVERY_MS:
            return
        else:
            noted = replace(before, told_ms=now, reason=reason)
        row = {"name": UNIT, **noted.__dict__}
        with self._store.write() as connection:
            upsert(connection, contact, [row], key=["name"])
        self._last = noted

    def _read(self) -> Contact | None:
        with self._store.read() as connection:
            row = connection.execute(select(contact).where(contact.c.name == UNIT)).first()
        return None if row is None else Contact(row.answering, row.since_ms, row.told_ms, row.reason)
