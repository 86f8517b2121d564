"""The encoder against a real store and log; the unit is a recorder of what it was told."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tallystick.capture import POSITION_HEADER, Position
from tallystick.flows.living_linkage.adapters.registry_store import RegistryStore
from tallystick.flows.living_linkage.domain.record_keys import RecordKeys
from tallystick.flows.living_linkage.domain.unit import Encoded, MatchPage
from tallystick.flows.living_linkage.encoder import GROUP, Encoder
from tallystick.flows.living_linkage.errors import WrongEvent
from tallystick.flows.living_linkage.wiring import BRANCH
from tallystick.platform.log import Record, StoreLog
from tallystick.platform.store import Store

TOPIC = "north.public.person"
KEYS = RecordKeys(b"k" * 32)


class RecordingUnit:
    def __init__(self) -> None:
        self.told: list[Encoded] = []
        self.complete: list[int] = []

    def upsert(self, batch: str, changes: Sequence[Encoded]) -> None:
        self.told += changes

    def complete_snapshot(self, generation: int) -> None:
        self.complete.append(generation)

    def matches(self, after: str) -> MatchPage:
        return MatchPage([], after, more=False)


class Registry:
    """An encoder with everything around it."""

    def __init__(self, directory: Path) -> None:
        self.store = Store.open(f"sqlite:///{directory / 'tally.db'}")
        self.store.upgrade([BRANCH])
        self.log = StoreLog(self.store)
        self.log.create(TOPIC)
        self.people = RegistryStore(self.store)
        self.unit = RecordingUnit()
        self.encoder = Encoder(
            topic=TOPIC,
            columns=("surname",),
            keys=KEYS,
            encode=lambda rows: [row[0].encode() for row in rows],
            store=self.store,
            log=self.log,
            registry=self.people,
            unit=self.unit,
        )

    def happens(self, *records: Record) -> None:
        """Append records and let the encoder hand them over."""
        start = self.log.append(TOPIC, records)
        self.encoder.hand_over(self.log.read(TOPIC, start))


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    made = Registry(tmp_path)
    yield made
    made.store.close()


def change(
    op: str, number: int, surname: str | None = None, *, row: int = 0, generation: int = 1, snapshot: str = "false"
) -> Record:
    value = {
        "before": None,
        "after": None if surname is None else {"id": number, "surname": surname},
        "source": {"ts_ms": 1, "snapshot": snapshot},
        "op": op,
    }
    position = str(Position(generation, 5, row)).encode()
    return Record(json.dumps({"id": number}).encode(), json.dumps(value).encode(), ((POSITION_HEADER, position),))


def key(number: int) -> str:
    return KEYS.of({"id": number})


def test_an_encoding_leaves_under_a_record_key_with_its_position(registry: Registry) -> None:
    registry.happens(change("c", 7, "smith", row=3))
    assert registry.unit.told == [Encoded(key(7), (1, 5, 3), b"smith")]


def test_the_offset_is_committed_after_the_unit_took_the_batch(registry: Registry) -> None:
    registry.happens(change("c", 7, "smith"), change("c", 8, "jones", row=1))
    assert registry.log.committed(GROUP, TOPIC) == 2


def test_a_batch_that_the_unit_refused_is_not_committed(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(batch: str, changes: Sequence[Encoded]) -> None:
        raise ConnectionError

    monkeypatch.setattr(registry.unit, "upsert", refuse)
    with pytest.raises(ConnectionError):
        registry.happens(change("c", 7, "smith"))
    assert registry.log.committed(GROUP, TOPIC) == 0
    assert registry.people.record_keys() == []


def test_a_deletion_is_told_and_forgotten(registry: Registry) -> None:
    registry.happens(change("c", 7, "smith"))
    registry.happens(change("d", 7, row=1))
    assert registry.unit.told[-1] == Encoded(key(7), (1, 5, 1), None)
    assert registry.people.record_keys() == []


def test_a_deletion_in_the_same_batch_wins(registry: Registry) -> None:
    registry.happens(change("c", 7, "smith"), change("d", 7, row=1))
    assert registry.unit.told == [Encoded(key(7), (1, 5, 1), None)]


def test_a_truncated_table_sends_everybody_away(registry: Registry) -> None:
    registry.happens(change("c", 7, "smith"), change("c", 8, "jones", row=1))
    truncation = change("t", 0, row=2)
    registry.happens(Record(None, truncation.value, truncation.headers))
    assert {each.key for each in registry.unit.told[2:]} == {key(7), key(8)}
    assert registry.people.record_keys() == []


def test_the_end_of_a_snapshot_is_declared_and_older_people_are_forgotten(registry: Registry) -> None:
    registry.happens(change("r", 7, "smith"), change("r", 8, "jones", row=1, snapshot="last"))
    registry.happens(change("r", 8, "jones", generation=2, snapshot="last"))
    assert registry.unit.complete == [1, 2]
    assert registry.people.record_keys() == [key(8)]


def test_a_missing_column_is_named_without_a_value(registry: Registry) -> None:
    record = change("c", 7, "smith")
    spoilt = Record(record.key, (record.value or b"").replace(b'"surname"', b'"lastname"'), record.headers)
    with pytest.raises(WrongEvent, match="no column 'surname'"):
        registry.happens(spoilt)
