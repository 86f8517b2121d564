"""The relay of the outbox: exactly once, whoever moves the records."""

import pytest
from tests.vocabulary.kafka import empty
from tests.vocabulary.log import arriving, numbered, values

from tallystick.platform.log import Record, ReplacedError
from tallystick.platform.log.kafka import KafkaLog, Relay
from tallystick.platform.log.kafka.outbox import OUTBOX
from tallystick.platform.log.store_log import StoreLog
from tallystick.platform.store import Store


@pytest.fixture
def log(store: Store, kafka_servers: str) -> KafkaLog:
    empty(kafka_servers)
    log = KafkaLog(store, kafka_servers)
    log.create("people", partitions=2)
    return log


def write(log: KafkaLog, store: Store, count: int, start: int = 0) -> None:
    with store.write() as connection:
        log.append("people", numbered(count, start), within=connection)


def test_moves_what_was_written_and_empties_the_outbox(log: KafkaLog, store: Store, kafka_servers: str) -> None:
    with store.write() as connection:
        log.append("people", [Record(b"k", None, (("h", b"x"),), 1_760_000_000_000)], partition=1, within=connection)
    relay = Relay(store, kafka_servers)
    assert (relay.move(), relay.move()) == (1, 0)
    assert StoreLog(store).read(OUTBOX, 0) == []
    (record,) = arriving(log, "people", 1, partition=1)
    assert (record.key, record.value, record.headers) == (b"k", None, (("h", b"x"),))
    assert record.timestamp == 1_760_000_000_000


def test_repeats_nothing_after_a_death(log: KafkaLog, store: Store, kafka_servers: str) -> None:
    write(log, store, 3)
    dying = Relay(store, kafka_servers)
    dying._outbox.trim = lambda *_: None  # type: ignore[method-assign] # it dies between the two commits
    dying.move()
    write(log, store, 2, 3)
    assert Relay(store, kafka_servers).move() == 2
    assert values(arriving(log, "people", 5)) == [b"0", b"1", b"2", b"3", b"4"]


def test_shuts_an_older_relay_out(log: KafkaLog, store: Store, kafka_servers: str) -> None:
    older, newer = Relay(store, kafka_servers), Relay(store, kafka_servers)
    write(log, store, 2)
    with pytest.raises(ReplacedError):
        older.move()
    assert newer.move() == 2
