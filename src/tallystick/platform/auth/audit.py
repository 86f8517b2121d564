"""Who did what, in a chain in which every entry vouches for the ones before it."""

import hashlib
from collections.abc import Iterator, Mapping

import msgspec
from sqlalchemy import Connection, RowMapping, select, text

from tallystick.platform.auth.errors import AuditBrokenError
from tallystick.platform.auth.secrets import Clock, now_ms
from tallystick.platform.auth.tables import audit
from tallystick.platform.store import Store

__all__ = ["Audit", "AuditEntry", "AuditHead"]

APPEND_LOCK = 0x7A11_A0D1
EMPTY = "0" * 64


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One deed: `actor` did `action` to `target`."""

    number: int
    at_ms: int
    actor: str
    action: str
    target: str
    detail: dict[str, str]
    hash: str

    def follows(self, previous: str) -> bool:
        """Say whether this entry's hash is that of its content after `previous`."""
        return self.hash == _hash(previous, self)


class AuditHead(msgspec.Struct, frozen=True):
    """How long the audit is and the hash of its last entry; kept elsewhere, it proves that nothing was cut off."""

    count: int
    hash: str

    def __str__(self) -> str:
        return f"{self.count}:{self.hash}"


class Audit:
    """The append-only audit of one organisation.

    >>> audit = Audit(store)  # doctest: +SKIP
    >>> audit.append("ann", "token.revoke", "5f0c...")  # doctest: +SKIP
    """

    def __init__(self, store: Store, clock: Clock = now_ms) -> None:
        self._store = store
        self._clock = clock

    def append(
        self,
        actor: str,
        action: str,
        target: str = "",
        detail: Mapping[str, str] | None = None,
        *,
        within: Connection | None = None,
    ) -> AuditEntry:
        """Write a deed down, in the transaction of the deed itself when `within` is given."""
        with self._store.joined(within) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": APPEND_LOCK})
            head = _head(connection)
            blank = AuditEntry(
                number=head.count + 1,
                at_ms=self._clock(),
                actor=actor,
                action=action,
                target=target,
                detail=dict(detail or {}),
                hash="",
            )
            entry = msgspec.structs.replace(blank, hash=_hash(head.hash, blank))
            row = msgspec.structs.asdict(entry) | {"detail": msgspec.json.encode(entry.detail, order="sorted").decode()}
            connection.execute(audit.insert(), row)
        return entry

    def entries(self, after: int | None = None, limit: int = 1000) -> list[AuditEntry]:
        """List entries in order, with `after` those of a greater number."""
        oldest = select(audit).order_by(audit.c.number).limit(limit)
        with self._store.read() as connection:
            rows = connection.execute(oldest if after is None else oldest.where(audit.c.number > after))
            return [_entry(row) for row in rows.mappings()]

    def count(self) -> int:
        """Say how many entries there are."""
        with self._store.read() as connection:
            return _head(connection).count

    def latest(self, limit: int = 50, *, before: int | None = None) -> list[AuditEntry]:
        """List the newest entries, newest first; with `before`, only those with a smaller number."""
        newest = select(audit).order_by(audit.c.number.desc()).limit(limit)
        with self._store.read() as connection:
            rows = connection.execute(newest if before is None else newest.where(audit.c.number < before))
            return [_entry(row) for row in rows.mappings()]

    def verify(self, known: AuditHead | None = None) -> AuditHead:
        """Check every link and give the head; raise `AuditBrokenError` naming the first entry that is wrong.

        `known` is a head from earlier: the entry it names must still be there, unchanged.
        """
        head = AuditHead(0, EMPTY)
        met = known is None or known.count == 0
        for entry in self._every():
            if entry.number < 1:
                raise AuditBrokenError(f"audit entry {entry.number} is none that was written: the first has number 1")
            if entry.number != head.count + 1:
                raise AuditBrokenError(f"audit entry {head.count + 1} is missing")
            if not entry.follows(head.hash):
                raise AuditBrokenError(f"audit entry {entry.number} is not what was written")
            head = AuditHead(entry.number, entry.hash)
            met = met or head == known
        if not met:
            raise AuditBrokenError(f"the audit no longer holds the head {known}")
        return head

    def _every(self) -> Iterator[AuditEntry]:
        after = None
        while page := self.entries(after):
            yield from page
            after = page[-1].number


def _head(connection: Connection) -> AuditHead:
    last = connection.execute(select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1)).first()
    return AuditHead(last.number, last.hash) if last else AuditHead(0, EMPTY)


def _entry(row: RowMapping) -> AuditEntry:
    return AuditEntry(
        number=row["number"],
        at_ms=row["at_ms"],
        actor=row["actor"],
        action=row["action"],
        target=row["target"],
        detail=_detail(row["detail"]),
        hash=row["hash"],
    )


def _detail(text: str) -> dict[str, str]:
    """Read an entry's detail; one that is damaged is shown as it is, and its hash tells that nobody wrote it so."""
    try:
        return msgspec.json.decode(text, type=dict[str, str])
    except msgspec.MsgspecError:
        return {"unreadable": str(text)}


def _hash(previous: str, entry: AuditEntry) -> str:
    content = [entry.number, entry.at_ms, entry.actor, entry.action, entry.target, sorted(entry.detail.items())]
    return hashlib.sha256(previous.encode() + msgspec.json.encode(content)).hexdigest()
