"""What the upkeep of a partition has to know, and the lock that keeps two rounds apart."""

from typing import Final

import msgspec
from sqlalchemy import Connection, bindparam, select, update

from tallystick.platform.log.tables import partitions, topics
from tallystick.platform.store import Store

__all__ = ["Upkeep", "lock", "upkeeps"]


class Upkeep(msgspec.Struct, frozen=True):
    """One partition: how long its records are kept, and up to where they have been rewritten."""

    id: int
    topic: str
    partition: int
    end_offset: int
    compacted_offset: int
    retention_ms: int | None
    retention_bytes: int | None
    compact: bool


UPKEEPS: Final = select(
    partitions.c.id,
    partitions.c.topic,
    partitions.c.partition,
    partitions.c.end_offset,
    partitions.c.compacted_offset,
    topics.c.retention_ms,
    topics.c.retention_bytes,
    topics.c.compact,
).join(topics)
# On SQLite the transaction is the lock; on PostgreSQL a change that changes nothing locks the row.
LOCK: Final = (
    update(partitions)
    .where(partitions.c.id == bindparam("of_partition"))
    .values(compacted_offset=partitions.c.compacted_offset)
)


def upkeeps(store: Store) -> list[Upkeep]:
    """List every partition of every topic."""
    with store.read() as connection:
        return [Upkeep(*row) for row in connection.execute(UPKEEPS)]


def lock(connection: Connection, partition: Upkeep) -> None:
    """Keep appends and other rounds of upkeep away from the partition until the transaction ends."""
    connection.execute(LOCK, {"of_partition": partition.id})
