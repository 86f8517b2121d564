"""The encoder: change events become encodings at their owner and go to the unit.

The only holder of the linkage secret and of the record-key secret. A batch is acknowledged by the unit before the
group's offset is committed, so a crash repeats a batch; the unit keeps the highest position of each key, so a
repetition changes nothing.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tallystick.capture import Change, read_change
from tallystick.flows.living_linkage.adapters.registry_store import KnownPerson, RegistryStore
from tallystick.flows.living_linkage.domain.record_keys import RecordKeys
from tallystick.flows.living_linkage.domain.rows import texts
from tallystick.flows.living_linkage.domain.unit import Encoded, Unit
from tallystick.flows.living_linkage.errors import WrongEvent
from tallystick.platform.log import Log, StoredRecord, follow
from tallystick.platform.store import Store

__all__ = ["Encoder"]

GROUP = "encoder"
GONE = frozenset("d")
SNAPSHOT_ENDS = frozenset({"last", "last_in_data_collection"})
Encode = Callable[[list[list[str]]], Sequence[bytes]]


@dataclass
class _Batch:
    """What one read of the topic comes to."""

    changes: list[Encoded] = field(default_factory=list)
    known: dict[str, KnownPerson] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    completed: int | None = None


@dataclass(frozen=True)
class Encoder:
    """Follows a table's topic; `encode` turns rows of texts, in the order of `columns`, into encodings."""

    topic: str
    columns: tuple[str, ...]
    keys: RecordKeys
    encode: Encode
    store: Store
    log: Log
    registry: RegistryStore
    unit: Unit
    batch: int = 1000

    def run(self, stop: threading.Event) -> None:
        """Encode and hand over until `stop` is set."""
        self.log.create(self.topic)
        start = self.log.committed(GROUP, self.topic)
        for records in follow(self.log, self.topic, start, stop=stop, limit=self.batch, poll_s=0.02):
            self.hand_over(records)

    def hand_over(self, records: Sequence[StoredRecord]) -> None:
        """Encode records, hand them to the unit, then commit how far this registry is."""
        batch = self._read(records)
        name = f"{self.topic}/{records[0].offset}-{records[-1].offset}"
        if batch.changes:
            self.unit.upsert(name, batch.changes)
        if batch.completed is not None:
            self.unit.complete_snapshot(batch.completed)
        with self.store.write() as connection:
            self.registry.remember(list(batch.known.values()), within=connection)
            self.registry.forget(batch.forgotten, within=connection)
            if batch.completed is not None:
                self.registry.forget_older(batch.completed, within=connection)
            self.log.commit(GROUP, self.topic, records[-1].offset + 1, within=connection)

    def _read(self, records: Sequence[StoredRecord]) -> _Batch:
        batch = _Batch()
        pending: list[tuple[str, Change, list[str]]] = []
        for record in records:
            change = read_change(record.key, record.value, record.headers)
            if change is None:
                continue
            if change.operation == "t":
                self._empty(batch, change)
                continue
            if change.key is None:
                raise WrongEvent(
                    f"topic {self.topic}: the table has no primary key, so its people have no names to be told by"
                )
            key = self.keys.of(change.key)
            if change.operation in GONE or change.after is None:
                _gone(batch, key, change)
                pending = [each for each in pending if each[0] != key]
            else:
                pending.append((key, change, texts(change.after, self.columns)))
                batch.known[key] = KnownPerson(key, change.key, change.after, change.position.generation)
                batch.forgotten.discard(key)
            if change.snapshot in SNAPSHOT_ENDS:
                batch.completed = change.position.generation
        encodings = self.encode([row for _, _, row in pending])
        batch.changes += [
            Encoded(key, _position(change), encoding)
            for (key, change, _), encoding in zip(pending, encodings, strict=True)
        ]
        return batch

    def _empty(self, batch: _Batch, change: Change) -> None:
        """Send every known person away: the table was truncated."""
        for key in {*self.registry.record_keys(), *batch.known}:
            _gone(batch, key, change)


def _gone(batch: _Batch, key: str, change: Change) -> None:
    batch.changes.append(Encoded(key, _position(change), None))
    batch.known.pop(key, None)
    batch.forgotten.add(key)


def _position(change: Change) -> tuple[int, int, int]:
    return change.position.generation, change.position.lsn, change.position.row
