"""Save a store to a file: every table's rows, as one snapshot saw them, and the files that they refer to."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Table, select

from tallystick.platform.store.archive import MANIFEST, ArchiveWriter, Manifest, writing
from tallystick.platform.store.branches import Branch
from tallystick.platform.store.contents import contents, version_tables
from tallystick.platform.store.errors import BackupError
from tallystick.platform.store.folders import HeldFolders, folders_of
from tallystick.platform.store.store import Store

__all__ = ["Rows", "back_up"]

ROWS_AT_ONCE: Final = 64
BYTES_AT_ONCE: Final = 4_000_000


class Rows(msgspec.Struct, frozen=True, array_like=True):
    """A part of a table."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]


def back_up(store: Store, file: Path, branches: Sequence[Branch], *, data_dir: Path) -> int:
    """Write the store's rows, and the owners' folders of the data directory, to a new `file`; return how many rows.

    Others may go on working.
    """
    folders = folders_of(branches)
    with writing(file) as archive, HeldFolders(data_dir, folders) as files:
        files.hold()
        with store.read() as connection:
            revisions = _revisions(connection, branches)
            files.hold()
            archive.add(MANIFEST, msgspec.json.encode(Manifest(time.time_ns() // 1_000_000, revisions, folders)))
            written = sum(_table(archive, connection, table) for table in contents(connection))
        files.add_to(archive)
    return written


def _revisions(connection: Connection, branches: Sequence[Branch]) -> dict[str, str]:
    """Return the revision of each branch that the store has; a branch that nobody could restore is refused."""
    names = {branch.version_table: branch.name for branch in branches}
    tables = version_tables(connection)
    if strange := sorted(table.name for table in tables if table.name not in names):
        raise BackupError(f"the store holds {', '.join(strange)}, which this version does not know")
    return {names[table.name]: connection.scalar(select(table)) or "base" for table in tables}


def _table(archive: ArchiveWriter, connection: Connection, table: Table) -> int:
    columns, written = tuple(map(str, table.columns.keys())), 0
    for number, rows in enumerate(_parts(connection, table)):
        archive.add(f"tables/{table.name}/{number:06}", msgspec.msgpack.encode(Rows(columns, rows)))
        written += len(rows)
    return written


def _parts(connection: Connection, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    """Cut a table into parts that fit into memory."""
    part: list[tuple[Any, ...]] = []
    size = 0
    ordered = select(table).order_by(*table.primary_key.columns)  # the audit takes its entries in order alone
    for row in connection.execution_options(yield_per=ROWS_AT_ONCE).execute(ordered):
        part.append(tuple(row))
        size += sum(len(value) if isinstance(value, bytes | str) else 8 for value in row)
        if size >= BYTES_AT_ONCE:
            yield part
            part, size = [], 0
    if part:
        yield part
