"""The encoder against a real store and log; the unit is a recorder of what it was told."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.vocabulary.processes import eventually

from tallystick.capture import POSITION_HEADER, Position, Snapshot
from tallystick.flows.living_linkage.adapters.pace import Pace
from tallystick.flows.living_linkage.adapters.registry_store import RegistryStore
from tallystick.flows.living_linkage.domain.record_keys import RecordKeys
from tallystick.flows.living_linkage.domain.unit import Encoded, MatchPage
from tallystick.flows.living_linkage.encoder import GROUP, Encoder
from tallystick.flows.living_linkage.errors import WrongEvent
from tallystick.flows.living_linkage.row_encoder import Unfit
from tallystick.flows.living_linkage.wiring import BRANCH
from tallystick.platform.log import Record, StoreLog
from tallystick.platform.store import Store

TOPIC = "north.public.person"
KEYS = RecordKeys(b"k" * 32)


class RecordingUnit:
    def __init__(self) -> None:
        self.told: list[Encoded] = []
        self.complete: list[int] = []
        self.epoch = "first"

    def place(self) -> str:
        return self.epoch

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
        self.snapshot: Snapshot | None = None
        self.encoder = Encoder(
            topic=TOPIC,
            columns=("surname",),
            keys=KEYS,
            encode=lambda rows: [row[0].encode() if row[0] else Unfit("no name") for row in rows],
            store=self.store,
            log=self.log,
            registry=self.people,
            snapshot=lambda _: self.snapshot,
            unit=self.unit,
            pace=Pace(self.store),
            batch=2,
        )

    def happens(self, *records: Record) -> None:
        """Append records and let the encoder hand them over."""
        start = self.log.append(TOPIC, records)
        self.encoder.hand_over(self.log.read(TOPIC, start))

    def snapshot_ends(self, generation: int, end: int | None) -> None:
        """Let the newest snapshot end at an offset."""
        self.snapshot = Snapshot(TOPIC, generation, 0, end)

    def follows_until(self, enough: Callable[[], bool]) -> None:
        """Run the encoder as its process does."""
        stop = threading.Event()
        running = threading.Thread(target=self.encoder.run, args=(stop,))
        running.start()
        try:
            eventually(enough)
        finally:
            stop.set()
            running.join()


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    made = Registry(tmp_path)
    yield made
    made.store.close()


def change(op: str, number: int, surname: str | None = None, *, row: int = 0, generation: int = 1) -> Record:
    value = {
        "before": None,
        "after": None if surname is None else {"id": number, "surname": surname},
        "source": {"ts_ms": 1, "snapshot": "false"},
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


def test_a_truncation_of_many_is_told_in_batches(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(registry.unit, "upsert", lambda _, changes: sizes.append(len(changes)))
    registry.happens(*(change("c", number, "smith", row=number) for number in range(5)))
    truncation = change("t", 0, row=9)
    registry.happens(Record(None, truncation.value, truncation.headers))
    assert sizes == [2, 2, 1, 2, 2, 1]


def test_a_snapshot_is_declared_once_it_is_whole_and_handed_over(registry: Registry) -> None:
    registry.happens(change("r", 7, "smith"), change("r", 8, "jones", row=1))
    assert registry.encoder.declare_snapshot(2, -1) == -1, "there is none"
    registry.snapshot_ends(1, None)
    assert registry.encoder.declare_snapshot(2, -1) == -1, "it is not whole"
    registry.snapshot_ends(1, 2)
    assert registry.encoder.declare_snapshot(1, -1) == -1, "it is not handed over"
    assert registry.encoder.declare_snapshot(2, -1) == 1
    assert registry.encoder.declare_snapshot(3, 1) == 1
    assert registry.unit.complete == [1]


def test_an_empty_snapshot_is_declared_and_sends_everybody_away(registry: Registry) -> None:
    registry.happens(change("r", 7, "smith"))
    registry.snapshot_ends(2, 1)
    registry.follows_until(lambda: registry.unit.complete == [2])
    assert registry.people.record_keys() == []


def test_people_of_an_older_snapshot_are_forgotten(registry: Registry) -> None:
    registry.happens(change("r", 7, "smith"), change("r", 8, "jones", row=1))
    registry.happens(change("r", 8, "jones", generation=2))
    registry.snapshot_ends(2, 3)
    registry.encoder.declare_snapshot(3, 1)
    assert registry.people.record_keys() == [key(8)]


def test_a_new_epoch_is_given_everybody_before_its_snapshot_is_declared(registry: Registry) -> None:
    registry.follows_until(lambda: registry.people.entered() == "first")
    registry.happens(*(change("r", number, f"name {number}", row=number) for number in range(5)))
    registry.unit.epoch, registry.unit.told = "second", []
    registry.snapshot_ends(1, 5)
    registry.follows_until(lambda: registry.unit.complete == [1])
    assert {(each.key, each.position, each.encoding) for each in registry.unit.told} == {
        (key(number), (1, 0, 0), f"name {number}".encode()) for number in range(5)
    }


def test_an_epoch_is_given_everybody_once(registry: Registry) -> None:
    registry.happens(change("c", 7, "smith"))
    registry.encoder.enter_epoch()
    registry.unit.told = []
    registry.encoder.enter_epoch()
    assert registry.unit.told == []


def test_an_unfit_row_is_withheld_until_it_is_mended(registry: Registry) -> None:
    registry.happens(change("c", 7, "smith"), change("c", 8, "jones", row=1))
    with capture_logs() as lines:
        registry.happens(change("u", 7, "", row=2), change("u", 8, "james", row=3))
    assert registry.unit.told[2:] == [Encoded(key(7), (1, 5, 2), None), Encoded(key(8), (1, 5, 3), b"james")]
    assert [(line["record_key"], line["reason"]) for line in lines] == [(key(7), "no name")]
    registry.happens(change("u", 7, "smythe", row=4))
    assert registry.unit.told[4:] == [Encoded(key(7), (1, 5, 4), b"smythe")]


def test_a_missing_column_is_named_without_a_value(registry: Registry) -> None:
    record = change("c", 7, "smith")
    spoilt = Record(record.key, (record.value or b"").replace(b'"surname"', b'"lastname"'), record.headers)
    with pytest.raises(WrongEvent, match="no column 'surname'"):
        registry.happens(spoilt)
