"""What every adapter of the log port does."""

import threading
from collections.abc import Sequence
from itertools import pairwise

import pytest
from tests.vocabulary.log import arriving, numbered, values
from tests.vocabulary.threads import at_once

from tallystick.platform.log import (
    InvalidOffsetError,
    InvalidTopicError,
    Log,
    PartitionInfo,
    Record,
    StoredRecord,
    UnknownTopicError,
    follow,
)
from tallystick.platform.store import Store


def test_gives_back_what_was_appended(log: Log) -> None:
    log.create("people")
    record = Record(b"1", b"Ada", (("source", b"north"), ("source", b"")), 1_760_000_000_017)
    assert log.append("people", [record, Record(None, None, timestamp=1_760_000_000_018)]) == 0
    first, second = log.read("people", 0)
    assert (first.key, first.value, first.headers, first.timestamp) == (b"1", b"Ada", record.headers, record.timestamp)
    assert (second.key, second.value, second.offset, second.topic, second.partition) == (None, None, 1, "people", 0)


def test_stamps_what_has_no_time(log: Log) -> None:
    log.create("people")
    log.append("people", numbered(1))
    (record,) = log.read("people", 0)
    assert record.timestamp > 1_600_000_000_000


def test_gives_rising_offsets(log: Log) -> None:
    log.create("people")
    first, second, nothing, third = (log.append("people", numbered(count)) for count in (3, 1, 0, 2))
    offsets = [record.offset for record in log.read("people", 0)]
    assert offsets == [0, 1, 2, second, third, third + 1]
    assert first == 0 < 3 <= second < nothing <= third < log.end("people")


def test_reads_from_inside_a_batch_and_to_a_limit(log: Log) -> None:
    log.create("people")
    for start in range(0, 30, 10):
        log.append("people", numbered(10, start))
    assert values(log.read("people", 5, limit=3)) == [b"5", b"6", b"7"]
    assert values(log.read("people", 8, limit=14)) == [b"%d" % number for number in range(8, 22)]
    assert log.read("people", log.end("people")) == []
    assert log.read("people", 10**12) == []


def test_keeps_partitions_apart(log: Log) -> None:
    log.create("people", partitions=2)
    log.append("people", numbered(1), partition=1)
    assert log.read("people", 0) == []
    assert values(log.read("people", 0, partition=1)) == [b"0"]
    assert log.end("people") == 0 < log.end("people", partition=1)


def test_lists_topics(log: Log) -> None:
    log.create("second", partitions=2, retention_ms=1_000, retention_bytes=10_000)
    log.create("first", compact=True)
    log.append("second", numbered(3), partition=1)
    first, second = (topic for topic in log.topics() if topic.name in ("first", "second"))
    assert (first.name, first.compact, first.retention_ms) == ("first", True, None)
    assert (second.retention_ms, second.retention_bytes, second.compact) == (1_000, 10_000, False)
    assert second.partitions == (PartitionInfo(0, 0, 0), PartitionInfo(1, 0, log.end("second", partition=1)))


def test_keeps_a_topic_that_exists(log: Log) -> None:
    log.create("people", retention_ms=1_000)
    log.append("people", numbered(1))
    log.create("people", partitions=3)
    assert len(log.read("people", 0)) == 1
    assert [(topic.retention_ms, len(topic.partitions)) for topic in log.topics()] == [(1_000, 1)]


def test_makes_a_topic_once_for_all_who_ask_at_once(log: Log) -> None:
    for number in range(10):
        at_once(3, lambda: log.create(f"people{number}", partitions=2))  # noqa: B023 -- called before the next number
    assert [len(topic.partitions) for topic in log.topics() if topic.name.startswith("people")] == [2] * 10


@pytest.mark.parametrize("name", ["", "a b", "..", "x" * 250, "a/b", "ä"])
def test_refuses_a_bad_name(log: Log, name: str) -> None:
    with pytest.raises(InvalidTopicError):
        log.create(name)


def test_refuses_a_topic_without_partitions(log: Log) -> None:
    with pytest.raises(InvalidTopicError, match="at least one"):
        log.create("people", partitions=0)


def test_refuses_what_does_not_exist(log: Log) -> None:
    log.create("people")
    for topic, partition in (("places", 0), ("people", 1)):
        with pytest.raises(UnknownTopicError, match=topic):
            log.append(topic, numbered(1), partition=partition)
        with pytest.raises(UnknownTopicError, match=topic):
            log.read(topic, 0, partition=partition)
        with pytest.raises(UnknownTopicError, match=topic):
            log.end(topic, partition=partition)


def test_remembers_how_far_a_group_has_read(log: Log) -> None:
    log.create("people", partitions=2)
    assert log.committed("linker", "people") == 0
    for partition in (0, 1):
        log.append("people", numbered(7), partition=partition)
    log.commit("linker", "people", 7)
    log.commit("linker", "people", 5)
    log.commit("linker", "people", 2, partition=1)
    log.commit("mapper", "people", 3)
    assert (log.committed("linker", "people"), log.committed("linker", "people", partition=1)) == (5, 2)


def test_refuses_a_place_that_no_group_can_have_reached(log: Log, log_store: Store) -> None:
    log.create("people")
    log.append("people", numbered(3))
    end = log.end("people")
    for offset in (-1, end + 1, 2**63):
        with pytest.raises(InvalidOffsetError, match=f"people, partition 0: group linker cannot go on at {offset},"):
            log.commit("linker", "people", offset)
        with pytest.raises(InvalidOffsetError), log_store.write() as connection:
            log.commit("linker", "people", offset, within=connection)
    for topic, partition in (("places", 0), ("people", 1)):
        with pytest.raises(UnknownTopicError, match=topic):
            log.commit("linker", topic, 0, partition=partition)
    assert log.committed("linker", "people") == 0
    log.commit("linker", "people", end)
    assert log.committed("linker", "people") == end


def test_commits_records_and_offsets_together(log: Log, log_store: Store) -> None:
    log.create("people")
    log.create("places")
    log.append("places", numbered(1))
    with log_store.write() as connection:
        log.append("people", numbered(2), within=connection)
        log.append("people", numbered(1, 2), within=connection)
        log.save_source_offset("north", b"lsn 7", within=connection)
        log.commit("linker", "places", 1, within=connection)
        assert log.source_offset("north", within=connection) == b"lsn 7"
    assert values(arriving(log, "people", 3)) == [b"0", b"1", b"2"]
    assert (log.source_offset("north"), log.committed("linker", "places")) == (b"lsn 7", 1)


def test_forgets_records_and_offsets_together(log: Log, log_store: Store) -> None:
    log.create("people")
    log.create("places")
    log.append("places", numbered(1))

    def interrupted() -> None:
        with log_store.write() as connection:
            log.append("people", numbered(2), within=connection)
            log.save_source_offset("north", b"lsn 7", within=connection)
            log.commit("linker", "places", 1, within=connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        interrupted()
    assert (log.end("people"), log.source_offset("north"), log.committed("linker", "places")) == (0, None, 0)


def test_follows_a_growing_topic(log: Log) -> None:
    log.create("people")
    log.append("people", numbered(2))
    stop = threading.Event()
    seen: list[bytes | None] = []
    later = threading.Timer(0.2, log.append, ("people", numbered(2, 2)))
    later.start()
    for records in follow(log, "people", 0, stop=stop):
        seen += values(records)
        if len(seen) == 4:
            stop.set()
    assert seen == [b"0", b"1", b"2", b"3"]


def test_keeps_writers_in_order(log: Log) -> None:
    log.create("people")
    threads = [threading.Thread(target=append_often, args=(log, name)) for name in (b"a", b"b", b"c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    records = log.read("people", 0)
    assert len(records) == 90
    assert all(in_order(records, name) for name in (b"a", b"b", b"c"))


def test_reads_on_where_it_stopped(log: Log) -> None:
    log.create("people")
    offset, seen = 0, []
    for start in range(0, 20, 4):
        log.append("people", numbered(4, start))
        while records := log.read("people", offset, limit=3):
            seen += values(records)
            offset = records[-1].offset + 1
    assert seen == [b"%d" % number for number in range(20)]


def append_often(log: Log, name: bytes) -> None:
    for start in range(0, 30, 3):
        log.append("people", [Record(name, record.value) for record in numbered(3, start)])


def in_order(records: Sequence[StoredRecord], name: bytes) -> bool:
    numbers = [int(record.value or b"") for record in records if record.key == name]
    return len(numbers) == 30 and all(later == earlier + 1 for earlier, later in pairwise(numbers))
