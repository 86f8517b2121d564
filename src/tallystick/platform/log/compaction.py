"""Keep the last value of each key, in topics that are a table; pack small batches together, in the others."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Select, bindparam, func, select

from tallystick.platform.log.records import StoredRecord
from tallystick.platform.log.rewriting import FULL, finish, rewrite
from tallystick.platform.log.rows import unpacked
from tallystick.platform.log.tables import batches
from tallystick.platform.log.upkeep import Upkeep, lock
from tallystick.platform.store import Store

__all__ = ["compact", "pack"]

KEYS_AT_ONCE: Final = 1_000_000  # bounds the memory of a round; what is over waits for the next one
BYTES_AT_ONCE: Final = 1_000_000
ROWS_AT_ONCE: Final = 16

_from = (batches.c.partition_id == bindparam("of_partition")) & (batches.c.last_offset >= bindparam("from_offset"))
ROWS: Final = select(batches).where(_from).order_by(batches.c.last_offset).limit(ROWS_AT_ONCE)
SIZES: Final = (
    select(batches.c.last_offset, batches.c.records, func.length(batches.c.body).label("bytes"))
    .where(_from)
    .order_by(batches.c.last_offset)
    .limit(1_000)
)

Survives = Callable[[StoredRecord], bool]
Run = tuple[int, int]  # the offsets with which the first and the last batch of a run end


def compact(store: Store, partition: Upkeep, tombstones_before: int) -> None:
    """Remove each record whose key comes again later, and each tombstone older than `tombstones_before`."""
    newest, upto = _newest(store, partition)

    def survives(record: StoredRecord) -> bool:
        if record.key is None:
            return True
        if newest.get(record.key, record.offset) > record.offset:
            return False
        return record.value is not None or record.timestamp >= tombstones_before

    if upto > partition.compacted_offset:
        for run in _runs([row for row in _all(store, SIZES, partition, 0) if row.last_offset < upto], complete=True):
            _rewrite(store, partition, run, survives)
        _finish(store, partition, upto)


def pack(store: Store, partition: Upkeep) -> None:
    """Make full batches of small ones; the newest wait until they fill one."""
    upto = partition.compacted_offset
    for first, last in _runs(list(_all(store, SIZES, partition, upto)), complete=False):
        if first < last:
            _rewrite(store, partition, (first, last), lambda _record: True)
        upto = last + 1
    if upto > partition.compacted_offset:
        _finish(store, partition, upto)


def _newest(store: Store, partition: Upkeep) -> tuple[dict[bytes, int], int]:
    """Return each key's last offset in the part not yet compacted, and where that part ends."""
    newest: dict[bytes, int] = {}
    upto = partition.compacted_offset
    for row in _all(store, ROWS, partition, upto):
        for record in unpacked([row], partition.topic, partition.partition):
            if record.key is not None:
                newest[record.key] = record.offset
        upto = row.last_offset + 1
        if len(newest) >= KEYS_AT_ONCE:
            break
    return newest, upto


def _all(store: Store, statement: Select[*tuple[Any, ...]], partition: Upkeep, offset: int) -> Iterator[Any]:
    """Yield the rows from `offset` on, fetched a part at a time so that no snapshot is held long."""
    while True:
        with store.read() as connection:
            rows = connection.execute(statement, {"of_partition": partition.id, "from_offset": offset}).all()
        yield from rows
        if not rows:
            return
        offset = rows[-1].last_offset + 1


def _runs(rows: Sequence[Any], *, complete: bool) -> Iterator[Run]:
    """Cut batches into runs that each fill one batch; the last run counts only when the sequence is `complete`."""
    first, last, count, size = 0, 0, 0, 0
    for row in rows:
        if count and (count + row.records > FULL or size + row.bytes > BYTES_AT_ONCE):
            yield first, last
            count = size = 0
        first = first if count else row.last_offset
        last, count, size = row.last_offset, count + row.records, size + row.bytes
    if count and complete:
        yield first, last


def _rewrite(store: Store, partition: Upkeep, run: Run, survives: Survives) -> None:
    with store.write() as connection:
        lock(connection, partition)
        rewrite(connection, partition, *run, survives)


def _finish(store: Store, partition: Upkeep, upto: int) -> None:
    with store.write() as connection:
        finish(connection, partition, upto)
