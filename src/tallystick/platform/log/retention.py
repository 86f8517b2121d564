"""Remove the oldest batches: those past their time, and those beyond the size that a partition may have."""

from typing import Final

from sqlalchemy import Connection, bindparam, delete, func, select, update

from tallystick.platform.log.tables import batches, partitions
from tallystick.platform.log.upkeep import Upkeep, lock
from tallystick.platform.store import Store

__all__ = ["retain", "trim"]

_here = batches.c.partition_id == bindparam("of_partition")
_first_young = select(func.min(batches.c.last_offset)).where(_here, batches.c.newest_ms >= bindparam("oldest_ms"))
_held = (
    select(
        batches.c.last_offset,
        func.sum(func.length(batches.c.body)).over(order_by=batches.c.last_offset.desc()).label("bytes"),
    )
    .where(_here)
    .subquery()
)
_last_beyond = select(func.max(_held.c.last_offset)).where(_held.c.bytes > bindparam("at_most"))
_oldest = select(func.min(batches.c.base_offset)).where(_here).scalar_subquery()

DELETE_OLD: Final = delete(batches).where(
    _here, batches.c.last_offset < func.coalesce(_first_young.scalar_subquery(), bindparam("end"))
)
DELETE_BEFORE: Final = delete(batches).where(_here, batches.c.last_offset < bindparam("before"))
DELETE_BEYOND: Final = delete(batches).where(_here, batches.c.last_offset <= _last_beyond.scalar_subquery())
MOVE_START: Final = (
    update(partitions)
    .where(partitions.c.id == bindparam("of_partition"))
    .values(start_offset=func.coalesce(_oldest, partitions.c.end_offset))
)


def trim(connection: Connection, partition_id: int, before: int) -> None:
    """Remove the batches that end before an offset."""
    place = {"of_partition": partition_id}
    connection.execute(DELETE_BEFORE, place | {"before": before})
    connection.execute(MOVE_START, place)


def retain(store: Store, partition: Upkeep, now: int) -> None:
    """Remove what the topic's retention no longer covers; the log then starts later, its end stays."""
    if partition.retention_ms is None and partition.retention_bytes is None:
        return
    place = {"of_partition": partition.id}
    with store.write() as connection:
        lock(connection, partition)
        if partition.retention_ms is not None:
            oldest = {"oldest_ms": now - partition.retention_ms, "end": partition.end_offset}
            connection.execute(DELETE_OLD, place | oldest)
        if partition.retention_bytes is not None:
            connection.execute(DELETE_BEYOND, place | {"at_most": partition.retention_bytes})
        connection.execute(MOVE_START, place)
