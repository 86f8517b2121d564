"""The encoder: change events become encodings at their owner and go to the unit.

The only holder of the linkage secret and of the record-key secret. A batch is acknowledged by the unit before the
group's offset is committed, so a crash repeats a batch; the unit keeps the highest position of each key, so a
repetition changes nothing. Whoever is known here is handed over again when the epoch is a new one.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from tallystick.capture import Change, Snapshot, read_change, readable
from tallystick.flows.living_linkage.adapters.pace import Pace
from tallystick.flows.living_linkage.adapters.registry_store import KnownPerson, RegistryStore
from tallystick.flows.living_linkage.domain.record_keys import RecordKeys
from tallystick.flows.living_linkage.domain.rows import texts
from tallystick.flows.living_linkage.domain.unit import Encoded, Unit
from tallystick.flows.living_linkage.errors import WrongEvent
from tallystick.flows.living_linkage.row_encoder import Unfit
from tallystick.platform.log import Log, StoredRecord
from tallystick.platform.store import Store
from tallystick.platform.telemetry import logger, metrics

__all__ = ["Encoder"]

GROUP: Final = "encoder"
POLL_S: Final = 0.02
GONE: Final = frozenset("d")
Encode = Callable[[list[list[str]]], Sequence[bytes | Unfit]]
NewestSnapshot = Callable[[str], Snapshot | None]
"""Tells a topic's newest snapshot; None before its first."""

log_line = logger(__name__)
withheld = metrics.counter(
    "tallystick_registry_withheld_total", "Rows that the linkage schema cannot encode; the log names key and feature."
)


@dataclass
class _Batch:
    """What one read of the topic comes to, each key by its newest change."""

    known: dict[str, tuple[KnownPerson, Change]] = field(default_factory=dict)
    gone: dict[str, Change] = field(default_factory=dict)

    def hold(self, person: KnownPerson, change: Change) -> None:
        self.gone.pop(person.record_key, None)
        self.known[person.record_key] = person, change

    def drop(self, key: str, change: Change) -> None:
        self.known.pop(key, None)
        self.gone[key] = change


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
    snapshot: NewestSnapshot
    unit: Unit
    pace: Pace
    batch: int = 1000

    def run(self, stop: threading.Event) -> None:
        """Encode and hand over until `stop` is set."""
        self.log.create(self.topic)
        self.enter_epoch()
        offset, declared = self.log.committed(GROUP, self.topic), -1
        while not stop.is_set():
            if records := self.log.read(self.topic, offset, limit=self.batch):
                self.hand_over(records)
                offset = records[-1].offset + 1
            declared = self.declare_snapshot(offset, declared)
            if not records:
                stop.wait(POLL_S)

    def enter_epoch(self) -> None:
        """Hand everybody over in an epoch that knows nobody of this registry yet; an interrupted try is repeated.

        They stand at the very beginning of their snapshot's generation, before every change of the stream.
        """
        place = self.unit.place()
        if self.registry.entered() == place:
            return
        for people in self.registry.everybody(at_once=self.batch):
            positions = [(person.generation, 0, 0) for person in people]
            self.unit.upsert(f"{self.topic}/everybody", self._encoded(people, positions))
        self.registry.enter(place)

    def hand_over(self, records: Sequence[StoredRecord]) -> None:
        """Encode records, hand them to the unit, then commit how far this registry is."""
        batch = self._read(records)
        changes = [Encoded(key, _position(change), None) for key, change in batch.gone.items()]
        people = [person for person, _ in batch.known.values()]
        changes += self._encoded(people, [_position(change) for _, change in batch.known.values()])
        for start in range(0, len(changes), self.batch):
            name = f"{self.topic}/{records[0].offset}-{records[-1].offset}/{start}"
            self.unit.upsert(name, changes[start : start + self.batch])
        with self.store.write() as connection:
            self.registry.remember(people, within=connection)
            self.registry.forget(batch.gone, within=connection)
            self.pace.count(len(records), within=connection)
            self.log.commit(GROUP, self.topic, records[-1].offset + 1, within=connection)

    def declare_snapshot(self, offset: int, declared: int) -> int:
        """Declare the newest snapshot complete once all before its end was handed over; return its generation.

        An empty table's snapshot has no record that could say so. `declared` is the generation declared before.
        """
        found = self.snapshot(self.topic)
        if found is None or found.end_offset is None or found.generation == declared or offset < found.end_offset:
            return declared
        self.unit.complete_snapshot(found.generation)
        with self.store.write() as connection:
            self.registry.forget_older(found.generation, within=connection)
        return found.generation

    def _read(self, records: Sequence[StoredRecord]) -> _Batch:
        batch = _Batch()
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
                batch.drop(key, change)
            else:
                row = readable(change.after, change.semantics)
                batch.hold(KnownPerson(key, change.key, row, change.position.generation), change)
        return batch

    def _empty(self, batch: _Batch, change: Change) -> None:
        """Send every known person away: the table was truncated."""
        for key in {*self.registry.record_keys(), *batch.known}:
            batch.drop(key, change)

    def _encoded(self, people: Sequence[KnownPerson], positions: Sequence[tuple[int, int, int]]) -> list[Encoded]:
        """Encode people; one whose row is unfit is sent as gone until it is mended, so that nobody waits for it."""
        encodings = self.encode([texts(person.row, self.columns) for person in people])
        return [
            Encoded(person.record_key, position, _told(person, encoding))
            for person, position, encoding in zip(people, positions, encodings, strict=True)
        ]


def _told(person: KnownPerson, encoding: bytes | Unfit) -> bytes | None:
    if isinstance(encoding, bytes):
        return encoding
    withheld.inc()
    log_line.warning("a row cannot be encoded", record_key=person.record_key, reason=encoding.reason)
    return None


def _position(change: Change) -> tuple[int, int, int]:
    return change.position.generation, change.position.lsn, change.position.row
