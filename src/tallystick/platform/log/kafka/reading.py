"""Reading a partition from an offset on, up to what is committed now."""

import threading
import time
from collections.abc import Iterator
from typing import Final

from confluent_kafka import TIMESTAMP_NOT_AVAILABLE, Consumer, KafkaError, KafkaException, Message, TopicPartition

from tallystick.platform.log.kafka.connection import TIMEOUT_S, configuration, translated
from tallystick.platform.log.records import StoredRecord

__all__ = ["Reader"]

NOWHERE: Final = ("", 0, 0)


class Reader:
    """One consumer, which stays where it stopped so that the next read can go on from there."""

    def __init__(self, servers: str) -> None:
        self._consumer = Consumer(
            configuration(
                servers,
                group_id="tallystick.reader",  # never joined: partitions are assigned by hand
                isolation_level="read_committed",
                enable_partition_eof=True,
                fetch_wait_max_ms=10,  # a read ends at the end, it does not wait for more
                enable_auto_commit=False,
                auto_offset_reset="earliest",
            )
        )
        self._lock = threading.Lock()
        self._place = NOWHERE
        self._finished_at: dict[tuple[str, int, int], int] = {}

    def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        """Return the oldest offset and the next one to be given."""
        with translated():
            return self._consumer.get_watermark_offsets(TopicPartition(topic, partition), TIMEOUT_S) or (0, 0)

    def await_end(self, topic: str, partition: int, offset: int) -> None:
        """Wait until everything before `offset` can be read: a commit reaches the partition after it returns."""
        deadline = time.monotonic() + TIMEOUT_S
        while self.bounds(topic, partition)[1] < offset and time.monotonic() < deadline:
            time.sleep(0.002)

    def read(self, topic: str, partition: int, offset: int, limit: int) -> list[StoredRecord]:
        """Return up to `limit` records at `offset` or later; none at the end."""
        low, high = self.bounds(topic, partition)
        place = (topic, partition, max(offset, low))
        with self._lock, translated():
            if place[2] >= high or self._finished_at.get(place) == high:
                return []
            if place != self._place:
                self._consumer.assign([TopicPartition(*place)])
            return self._consume(place, limit, high)

    def close(self) -> None:
        """Leave the cluster."""
        self._consumer.close()

    def _consume(self, place: tuple[str, int, int], limit: int, high: int) -> list[StoredRecord]:
        topic, partition, offset = place
        found: list[StoredRecord] = []
        finished, deadline = False, time.monotonic() + TIMEOUT_S
        while len(found) < limit and not finished and time.monotonic() < deadline:
            message = self._consumer.poll(0.1)
            error = None if message is None else message.error()
            if error is not None and error.code() != KafkaError._PARTITION_EOF:
                raise KafkaException(error)
            finished = error is not None
            if message is not None and error is None:
                found.append(_record(message))
        after = (topic, partition, found[-1].offset + 1 if found else offset)
        self._place = NOWHERE if finished else after
        self._finished_at = {after: high} if finished else {}
        return found


def _record(message: Message) -> StoredRecord:
    kind, timestamp = message.timestamp()
    return StoredRecord(
        message.key(),
        message.value(),
        tuple(_headers(message)),
        0 if kind == TIMESTAMP_NOT_AVAILABLE else timestamp,
        message.topic() or "",
        message.partition() or 0,
        message.offset() or 0,
    )


def _headers(message: Message) -> Iterator[tuple[str, bytes]]:
    headers = message.headers() or ()
    for name, value in headers.items() if isinstance(headers, dict) else headers:
        yield name, value.encode() if isinstance(value, str) else value or b""
