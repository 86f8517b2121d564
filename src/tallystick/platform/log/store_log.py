"""The log in the store: one row a record batch, as Kafka's own log keeps them."""

import re
from collections.abc import Callable, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from tallystick.platform.log import statements
from tallystick.platform.log.errors import InvalidTopicError, UnknownTopicError
from tallystick.platform.log.groups import go_on_at
from tallystick.platform.log.records import PartitionInfo, Record, StoredRecord, TopicInfo
from tallystick.platform.log.retention import trim
from tallystick.platform.log.rows import packed, unpacked
from tallystick.platform.log.tables import sources, topics
from tallystick.platform.log.tidying import now_ms, tidy
from tallystick.platform.store import Store, upsert

__all__ = ["StoreLog", "check_topic"]

TOPIC_NAME: Final = re.compile(r"(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}")  # Kafka's rule, so that a topic can move there


class StoreLog:
    """A `Log` on the store's tables; many processes may append and read at once.

    >>> log = StoreLog(store)
    >>> log.create("people")
    >>> log.append("people", [Record(b"1", b"Ada")])
    0
    """

    def __init__(self, store: Store, clock: Callable[[], int] = now_ms) -> None:
        self._store = store
        self._clock = clock

    def create(
        self,
        topic: str,
        *,
        partitions: int = 1,
        retention_ms: int | None = None,
        retention_bytes: int | None = None,
        compact: bool = False,
    ) -> None:
        """Make a topic; one that exists already keeps its settings."""
        check_topic(topic, partitions)
        with self._store.read() as connection:
            if connection.scalar(statements.TOPIC_EXISTS, {"of_topic": topic}) is not None:
                return
        with self._store.write() as connection:
            settings = {"retention_ms": retention_ms, "retention_bytes": retention_bytes, "compact": compact}
            if upsert(connection, topics, [{"name": topic, **settings}], key=("name",), replace=False):
                connection.execute(statements.INSERT_PARTITION, [_empty(topic, number) for number in range(partitions)])

    def topics(self) -> list[TopicInfo]:
        """List the topics by name."""
        with self._store.read() as connection:
            rows = connection.execute(statements.TOPICS).mappings().all()
        return [_topic_info(list(group)) for _, group in groupby(rows, itemgetter("name"))]

    def append(
        self, topic: str, records: Sequence[Record], *, partition: int = 0, within: Connection | None = None
    ) -> int:
        """Append all records or none, durable on return (or when `within` commits); return the first one's offset."""
        now = self._clock()
        row = packed(_stamped(records, now), now)
        with self._store.joined(within) as connection:
            partition_id, base = _reserve(connection, topic, partition, len(records))
            if records:
                place = {"partition_id": partition_id, "base_offset": base, "last_offset": base + len(records) - 1}
                connection.execute(statements.INSERT_BATCH, row | place)
        return base

    def read(self, topic: str, offset: int, *, partition: int = 0, limit: int = 500) -> list[StoredRecord]:
        """Return up to `limit` records at `offset` or later; none at the end. Removed ones are passed over."""
        with self._store.read() as connection:
            place = {"of_partition": _partition(connection, topic, partition).id, "from_offset": offset}
            with connection.execute(statements.BATCHES_FROM, {**place, "at_most": limit}) as rows:
                records = (record for record in unpacked(rows, topic, partition) if record.offset >= offset)
                return list(islice(records, limit))

    def end(self, topic: str, *, partition: int = 0) -> int:
        """Return the offset that the next record will get."""
        with self._store.read() as connection:
            return int(_partition(connection, topic, partition).end_offset)

    def committed(self, group: str, topic: str, *, partition: int = 0) -> int:
        """Return where the group goes on reading; 0 when it has not committed yet."""
        place = {"of_group": group, "of_topic": topic, "of_partition": partition}
        with self._store.read() as connection:
            return connection.scalar(statements.COMMITTED, place) or 0

    def commit(
        self, group: str, topic: str, offset: int, *, partition: int = 0, within: Connection | None = None
    ) -> None:
        """Save where the group goes on reading: the offset after the last record that it is done with."""
        with self._store.joined(within) as connection:
            end = int(_partition(connection, topic, partition).end_offset)
            go_on_at(connection, group, topic, partition, offset, end=end)

    def source_offset(self, source: str, within: Connection | None = None) -> bytes | None:
        """Return how far a source of records has been read; None before its first record."""
        if within is not None:
            return within.scalar(statements.SOURCE_OFFSET, {"of_source": source})
        with self._store.read() as connection:
            return connection.scalar(statements.SOURCE_OFFSET, {"of_source": source})

    def save_source_offset(self, source: str, offset: bytes, *, within: Connection) -> None:
        """Save how far a source has been read, in the transaction that appends its records."""
        upsert(within, sources, [{"name": source, "offset": offset}], key=("name",))

    def tidy(self) -> None:
        """Remove what retention and compaction allow to be removed, and pack small batches together."""
        tidy(self._store, self._clock())

    def trim(self, topic: str, before: int, *, partition: int = 0) -> None:
        """Remove the batches that lie before the offset `before` as a whole."""
        with self._store.write() as connection:
            trim(connection, _partition(connection, topic, partition).id, before)


def check_topic(topic: str, partitions: int) -> None:
    """Refuse a name or a number of partitions that no log accepts."""
    if not TOPIC_NAME.fullmatch(topic):
        raise InvalidTopicError(f"topic {topic!r}: use 1 to 249 letters, digits, '.', '_' and '-'")
    if partitions < 1:
        raise InvalidTopicError(f"topic {topic}: {partitions} partitions; it needs at least one")


def _empty(topic: str, partition: int) -> dict[str, Any]:
    return {"topic": topic, "partition": partition, "start_offset": 0, "end_offset": 0, "compacted_offset": 0}


def _topic_info(rows: Sequence[Any]) -> TopicInfo:
    return TopicInfo(
        rows[0]["name"],
        tuple(PartitionInfo(row["partition"], row["start_offset"], row["end_offset"]) for row in rows),
        rows[0]["retention_ms"],
        rows[0]["retention_bytes"],
        rows[0]["compact"],
    )


def _stamped(records: Sequence[Record], now: int) -> list[Record]:
    return [record if record.timestamp else msgspec.structs.replace(record, timestamp=now) for record in records]


def _reserve(connection: Connection, topic: str, partition: int, number: int) -> tuple[int, int]:
    place = {"of_topic": topic, "of_partition": partition, "number": number}
    row = connection.execute(statements.RESERVE, place).one_or_none()
    if row is None:
        raise _unknown(topic, partition)
    return row.id, row.end_offset - number


def _partition(connection: Connection, topic: str, partition: int) -> Any:  # noqa: ANN401 -- a row's columns are dynamic
    row = connection.execute(statements.PARTITION, {"of_topic": topic, "of_partition": partition}).one_or_none()
    if row is None:
        raise _unknown(topic, partition)
    return row


def _unknown(topic: str, partition: int) -> UnknownTopicError:
    return UnknownTopicError(f"there is no partition {partition} of a topic {topic}")
