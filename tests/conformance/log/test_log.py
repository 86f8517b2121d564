"""What every adapter of the log port does."""

import pytest

from tallystick.platform.log import Log, Record, StoreLog, UnknownTopicError
from tallystick.platform.store import Store


@pytest.fixture
def log(any_store: Store) -> Log:
    return StoreLog(any_store)


def test_gives_back_what_was_appended(log: Log) -> None:
    log.create("people")
    record = Record(b"1", b"Ada", (("source", b"north"), ("source", b"")), 17)
    assert log.append("people", [record, Record(None, None, timestamp=18)]) == 0
    first, second = log.read("people", 0)
    assert (first.key, first.value, first.headers, first.timestamp) == (b"1", b"Ada", record.headers, 17)
    assert (second.key, second.value, second.offset, second.topic, second.partition) == (None, None, 1, "people", 0)


def test_refuses_an_unknown_topic(log: Log) -> None:
    with pytest.raises(UnknownTopicError, match="people"):
        log.append("people", [Record(b"1", b"Ada")])
