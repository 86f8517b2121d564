"""What a log holds: records, and the topics they lie in."""

import msgspec

__all__ = ["Headers", "PartitionInfo", "Record", "StoredRecord", "TopicInfo"]

Headers = tuple[tuple[str, bytes], ...]


class Record(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One event to append; a value of None is a tombstone, a timestamp of 0 becomes the time of the append."""

    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    timestamp: int = 0


class StoredRecord(msgspec.Struct, frozen=True, gc=False):
    """One event as the log gives it back, with the place where it lies."""

    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp: int
    topic: str
    partition: int
    offset: int


class PartitionInfo(msgspec.Struct, frozen=True):
    """Where a partition starts and ends: `start` is the oldest offset kept, `end` the next one to be given."""

    partition: int
    start: int
    end: int


class TopicInfo(msgspec.Struct, frozen=True):
    """A topic, its partitions, and what is removed from it."""

    name: str
    partitions: tuple[PartitionInfo, ...]
    retention_ms: int | None = None
    retention_bytes: int | None = None
    compact: bool = False
