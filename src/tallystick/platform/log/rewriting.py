"""Rewrite a run of batches: without the records that no longer matter, and in fewer rows."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, select, update

from tallystick.platform.log import statements
from tallystick.platform.log.records import Record, StoredRecord
from tallystick.platform.log.rows import packed, unpacked
from tallystick.platform.log.tables import batches, partitions
from tallystick.platform.log.upkeep import Upkeep

__all__ = ["FULL", "finish", "rewrite"]

FULL: Final = 500  # records in a batch; more of them would not compress better

_run = batches.c.last_offset.between(bindparam("first"), bindparam("last"))
_in_partition = batches.c.partition_id == bindparam("of_partition")
SELECT_RUN: Final = select(batches).where(_in_partition, _run).order_by(batches.c.last_offset)
DELETE_RUN: Final = delete(batches).where(_in_partition, _run)
FINISH: Final = (
    update(partitions)
    .where(partitions.c.id == bindparam("of_partition"), partitions.c.compacted_offset < bindparam("upto"))
    .values(compacted_offset=bindparam("upto"))
)


def rewrite(
    connection: Connection, partition: Upkeep, first: int, last: int, survives: Callable[[StoredRecord], bool]
) -> None:
    """Replace the batches that end between the offsets `first` and `last` by full ones of the records that survive."""
    run = {"of_partition": partition.id, "first": first, "last": last}
    rows = connection.execute(SELECT_RUN, run).all()
    kept = [record for record in unpacked(rows, partition.topic, partition.partition) if survives(record)]
    if len(rows) <= 1 and len(kept) == sum(row.records for row in rows):
        return
    connection.execute(DELETE_RUN, run)
    newest_ms = max(row.newest_ms for row in rows)
    for start in range(0, len(kept), FULL):
        connection.execute(statements.INSERT_BATCH, _row(partition.id, kept[start : start + FULL], newest_ms))


def finish(connection: Connection, partition: Upkeep, upto: int) -> None:
    """Remember that everything before the offset `upto` has been rewritten."""
    connection.execute(FINISH, {"of_partition": partition.id, "upto": upto})


def _row(partition_id: int, kept: Sequence[StoredRecord], newest_ms: int) -> dict[str, Any]:
    base, last = kept[0].offset, kept[-1].offset
    records = [Record(record.key, record.value, record.headers, record.timestamp) for record in kept]
    gaps = None if last - base == len(kept) - 1 else [record.offset - base for record in kept]
    return packed(records, newest_ms, gaps) | {"partition_id": partition_id, "base_offset": base, "last_offset": last}
