"""The outbox: records that wait in the store for their way to Kafka."""

from collections.abc import Sequence
from typing import Final

from tallystick.platform.log.records import Record, StoredRecord

__all__ = ["OUTBOX", "addressed", "destination"]

OUTBOX: Final = "tallystick.outbox"
TOPIC: Final = "tallystick-topic"
PARTITION: Final = "tallystick-partition"


def addressed(records: Sequence[Record], topic: str, partition: int) -> list[Record]:
    """Put the destination on each record."""
    address = ((TOPIC, topic.encode()), (PARTITION, str(partition).encode()))
    return [Record(record.key, record.value, address + record.headers, record.timestamp) for record in records]


def destination(record: StoredRecord) -> tuple[str, int, Record]:
    """Take the destination off again."""
    (_, topic), (_, partition), *headers = record.headers
    return topic.decode(), int(partition), Record(record.key, record.value, tuple(headers), record.timestamp)
