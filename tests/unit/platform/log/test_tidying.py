"""Retention, compaction and packing, by a clock that the test sets."""

import pytest
from sqlalchemy import func, select
from tests.vocabulary.log import numbered, values

from tallystick.platform.log import PartitionInfo, Record, StoreLog
from tallystick.platform.log.tables import batches
from tallystick.platform.log.tidying import TOMBSTONES_MS, tidy
from tallystick.platform.store import Store

NOW = 1_760_000_000_000
DAY_MS = 86_400_000


def aged(count: int, age_ms: int) -> list[Record]:
    return [Record(record.key, record.value, timestamp=NOW - age_ms) for record in numbered(count)]


def append(store: Store, age_ms: int, records: list[Record]) -> int:
    """Append to the news as at a time before NOW."""
    return StoreLog(store, lambda: NOW - age_ms).append("news", records)


def rows(store: Store) -> int:
    with store.read() as connection:
        return connection.scalar(select(func.count()).select_from(batches)) or 0


def test_removes_what_is_past_its_time(any_store: Store, log: StoreLog) -> None:
    log.create("news", retention_ms=1_000)
    for age_ms in (5_000, 2_000, 500, 1_500, 0):
        append(any_store, age_ms, numbered(2))
    tidy(any_store, NOW)
    assert [record.offset for record in log.read("news", 0)] == [4, 5, 6, 7, 8, 9]
    assert log.topics()[0].partitions == (PartitionInfo(0, 4, 10),)


def test_removes_everything_when_all_is_old(any_store: Store, log: StoreLog) -> None:
    log.create("news", retention_ms=1_000)
    append(any_store, 2_000, numbered(3))
    tidy(any_store, NOW)
    assert log.read("news", 0) == []
    assert append(any_store, 0, numbered(1)) == 3
    assert log.topics()[0].partitions == (PartitionInfo(0, 3, 4),)


@pytest.mark.parametrize("age_ms", [8 * DAY_MS, -8 * DAY_MS])
def test_keeps_by_the_time_of_the_append(any_store: Store, log: StoreLog, age_ms: int) -> None:
    log.create("news", retention_ms=1_000)
    append(any_store, 0, aged(3, age_ms))
    tidy(any_store, NOW + 1_000)
    assert [record.timestamp for record in log.read("news", 0)] == [NOW - age_ms] * 3
    tidy(any_store, NOW + 1_001)
    assert log.read("news", 0) == []


def test_keeps_packed_batches_by_the_time_of_the_last(any_store: Store, log: StoreLog) -> None:
    log.create("news", retention_ms=1_000)
    for age_ms in (900, 500, 400):
        append(any_store, age_ms, aged(200, 8 * DAY_MS))
    tidy(any_store, NOW)
    assert rows(any_store) == 2
    tidy(any_store, NOW + 500)
    assert len(log.read("news", 0, limit=1_000)) == 600
    tidy(any_store, NOW + 501)
    assert [record.offset for record in log.read("news", 0)] == list(range(400, 600))


def test_removes_the_oldest_beyond_a_size(any_store: Store, log: StoreLog) -> None:
    log.create("news", retention_bytes=9_000)
    for _ in range(20):
        log.append("news", aged(500, 0))
    tidy(any_store, NOW)
    with any_store.read() as connection:
        held = connection.scalar(select(func.sum(func.length(batches.c.body))))
    first = log.read("news", 0)[0].offset
    assert 4_500 < (held or 0) <= 9_000
    assert log.topics()[0].partitions == (PartitionInfo(0, first, 10_000),)


def test_keeps_the_last_value_of_each_key(any_store: Store, log: StoreLog) -> None:
    log.create("table", compact=True)
    for round_ in range(3):
        log.append("table", [Record(key, b"%d" % round_) for key in (b"a", b"b", b"c")])
    log.append("table", [Record(b"a", b"last"), Record(None, b"no key")])
    log.tidy()
    kept = [(record.offset, record.key, record.value) for record in log.read("table", 0)]
    assert kept == [(7, b"b", b"2"), (8, b"c", b"2"), (9, b"a", b"last"), (10, None, b"no key")]
    assert (log.end("table"), rows(any_store)) == (11, 1)


def test_compacts_again_what_comes_later(any_store: Store, log: StoreLog) -> None:
    log.create("table", compact=True)
    for value in (b"1", b"2", b"3"):
        log.append("table", [Record(b"a", value), Record(value, value)])
        log.tidy()
    assert values(log.read("table", 0)) == [b"1", b"2", b"3", b"3"]
    assert values(log.read("table", 2)) == [b"2", b"3", b"3"]


def test_keeps_tombstones_for_a_day(any_store: Store, log: StoreLog) -> None:
    log.create("table", compact=True)
    log.append("table", [Record(b"a", b"1", timestamp=NOW - 2), Record(b"a", None, timestamp=NOW - 1)])
    tidy(any_store, NOW)
    assert [(record.key, record.value) for record in log.read("table", 0)] == [(b"a", None)]
    log.append("table", [Record(b"b", b"1", timestamp=NOW)])
    tidy(any_store, NOW + TOMBSTONES_MS)
    assert [(record.key, record.value) for record in log.read("table", 0)] == [(b"b", b"1")]


def test_packs_small_batches(any_store: Store, log: StoreLog) -> None:
    for number in range(120):
        log.append("people", numbered(10, number * 10))
    before = log.read("people", 0, limit=2_000)
    log.tidy()
    assert log.read("people", 0, limit=2_000) == before
    assert rows(any_store) == 2 + 20


def test_packs_each_record_once(any_store: Store, log: StoreLog) -> None:
    log.append("people", numbered(500))
    log.append("people", numbered(500, 500))
    for number in range(1_000, 1_600, 100):
        log.append("people", numbered(100, number))
    log.tidy()
    log.tidy()
    assert values(log.read("people", 0, limit=2_000)) == [b"%d" % number for number in range(1_600)]
    assert rows(any_store) == 4
