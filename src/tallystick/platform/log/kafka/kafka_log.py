"""The log in a Kafka cluster."""

import uuid
from collections.abc import Sequence

from tallystick.platform.log.groups import go_on_at
from tallystick.platform.log.kafka.outbox import OUTBOX, addressed
from tallystick.platform.log.kafka.producing import Transactions
from tallystick.platform.log.kafka.reading import Reader
from tallystick.platform.log.kafka.topics import Topics
from tallystick.platform.log.log import UNKNOWN_OFFSET
from tallystick.platform.log.records import PartitionInfo, Record, StoredRecord, TopicInfo
from tallystick.platform.log.store_log import StoreLog, check_topic
from tallystick.platform.store import Connection, Store

__all__ = ["KafkaLog"]


class KafkaLog:
    """A `Log` whose topics are Kafka's; what joins a transaction of the store waits in its outbox for the relay."""

    def __init__(self, store: Store, servers: str) -> None:
        self._store = store
        self._store_log = StoreLog(store)
        self._store_log.create(OUTBOX)
        self._topics = Topics(servers)
        self._reader = Reader(servers)
        self._transactions = Transactions(servers, f"tallystick.{uuid.uuid4()}")

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
        removes = retention_ms is not None or retention_bytes is not None
        settings = {
            "retention.ms": "-1" if retention_ms is None else str(retention_ms),
            "retention.bytes": "-1" if retention_bytes is None else str(retention_bytes),
            "cleanup.policy": ("compact,delete" if removes else "compact") if compact else "delete",
        }
        self._topics.create(topic, partitions, settings)

    def topics(self) -> list[TopicInfo]:
        """List the topics by name."""
        found = self._topics.partitions()
        return [self._info(name, partitions) for name, partitions in found.items() if name != OUTBOX]

    def append(
        self, topic: str, records: Sequence[Record], *, partition: int = 0, within: Connection | None = None
    ) -> int:
        """Append all records or none; inside a transaction of the store they get their offsets later."""
        self._topics.require(topic, partition)
        if within is not None:
            self._store_log.append(OUTBOX, addressed(records, topic, partition), within=within)
            return UNKNOWN_OFFSET
        if not records:
            return self.end(topic, partition=partition)
        base = self._transactions.append(topic, partition, records)
        self._reader.await_end(topic, partition, base + len(records))
        return base

    def read(self, topic: str, offset: int, *, partition: int = 0, limit: int = 500) -> list[StoredRecord]:
        """Return up to `limit` records at `offset` or later; none at the end. Removed ones are passed over."""
        self._topics.require(topic, partition)
        return self._reader.read(topic, partition, offset, limit)

    def end(self, topic: str, *, partition: int = 0) -> int:
        """Return an offset behind the last record."""
        self._topics.require(topic, partition)
        return self._reader.bounds(topic, partition)[1]

    def committed(self, group: str, topic: str, *, partition: int = 0) -> int:
        """Return where the group goes on reading; 0 when it has not committed yet."""
        return self._store_log.committed(group, topic, partition=partition)

    def commit(
        self, group: str, topic: str, offset: int, *, partition: int = 0, within: Connection | None = None
    ) -> None:
        """Save where the group goes on reading: the offset after the last record that it is done with."""
        end = self.end(topic, partition=partition)
        with self._store.joined(within) as connection:
            go_on_at(connection, group, topic, partition, offset, end=end)

    def source_offset(self, source: str, within: Connection | None = None) -> bytes | None:
        """Return how far a source of records has been read; None before its first record."""
        return self._store_log.source_offset(source, within)

    def save_source_offset(self, source: str, offset: bytes, *, within: Connection) -> None:
        """Save how far a source has been read, in the transaction that appends its records."""
        self._store_log.save_source_offset(source, offset, within=within)

    def tidy(self) -> None:
        """Do nothing: the brokers tidy topics, the relay empties the outbox."""

    def close(self) -> None:
        """Leave the cluster."""
        self._reader.close()

    def _info(self, name: str, partitions: Sequence[int]) -> TopicInfo:
        settings = self._topics.settings(name)
        return TopicInfo(
            name,
            tuple(PartitionInfo(number, *self._reader.bounds(name, number)) for number in partitions),
            _limit(settings["retention.ms"]),
            _limit(settings["retention.bytes"]),
            "compact" in settings["cleanup.policy"],
        )


def _limit(value: str) -> int | None:
    return None if value == "-1" else int(value)
