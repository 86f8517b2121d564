"""Fill a store from a backup: the schema that the backup had, its rows, the upgrades since, then the files."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec
from sqlalchemy import Connection, Table, delete, func, insert, select

from tallystick.platform.store.archive import Manifest, members, verify
from tallystick.platform.store.backup import Rows
from tallystick.platform.store.branches import PLATFORM, Branch
from tallystick.platform.store.contents import contents, version_tables
from tallystick.platform.store.errors import BackupError
from tallystick.platform.store.folders import IncomingFolders, folders_of, holds_files
from tallystick.platform.store.migrations import upgrade, upgrade_branch
from tallystick.platform.store.store import Store

__all__ = ["examine", "restore"]

_rows: Final = msgspec.msgpack.Decoder(Rows)


def restore(store: Store, file: Path, branches: Sequence[Branch], *, data_dir: Path, force: bool = False) -> int:
    """Replace the store's contents by the backup's, all or nothing, and return the number of rows.

    Only with `force` may the store hold rows before, and the backup's folders files. These then replace those of the
    data directory; killed between the two, restore again.
    """
    manifest = examine(file, branches, data_dir=data_dir, force=force)
    with IncomingFolders(data_dir, manifest.folders) as incoming:
        with store.write() as connection:
            _make_room(connection, force=force)
            _lay_schema(connection, manifest, branches)
            written = _fill(connection, file, incoming)
            upgrade(connection, (*PLATFORM, *branches))
        incoming.settle()
    return written


def examine(file: Path, branches: Sequence[Branch], *, data_dir: Path, force: bool = False) -> Manifest:
    """Refuse what can be refused without a store: a damaged file, foreign contents, folders that hold files."""
    manifest = verify(file)
    if strange := sorted(set(manifest.folders) - set(folders_of(branches))):
        raise BackupError(f"the backup holds the folder {', '.join(strange)}, which this version does not know")
    if (
        taken := [str(data_dir / folder) for folder in manifest.folders if holds_files(data_dir / folder)]
    ) and not force:
        raise BackupError(f"{', '.join(taken)}: there are files already; restore with --force to replace them")
    return manifest


def _make_room(connection: Connection, *, force: bool) -> None:
    tables = contents(connection)
    held = [table.name for table in tables if _holds_rows(connection, table)]
    if held and not force:
        raise BackupError(f"the store holds data ({', '.join(held)}); restore with --force to replace it")
    for table in (*reversed(tables), *version_tables(connection)):
        table.drop(connection)


def _holds_rows(connection: Connection, table: Table) -> bool:
    return connection.execute(select(table).limit(1)).first() is not None


def _lay_schema(connection: Connection, manifest: Manifest, branches: Sequence[Branch]) -> None:
    known = {branch.name: branch for branch in branches}
    if strange := sorted(manifest.revisions.keys() - known.keys()):
        raise BackupError(f"the backup holds {', '.join(strange)}, which this version does not know")
    for name, revision in manifest.revisions.items():
        upgrade_branch(connection, known[name], revision)


def _fill(connection: Connection, file: Path, incoming: IncomingFolders) -> int:
    tables = {table.name: table for table in contents(connection)}
    for table in reversed(tables.values()):
        if _holds_rows(connection, table):
            connection.execute(delete(table))  # what a migration laid down, and the backup holds too
    written = 0
    for name, stream in members(file):
        match PurePosixPath(name).parts:
            case ("tables", table_name, _):
                if table_name not in tables:
                    raise BackupError(f"the backup holds a table {table_name}, which this version does not know")
                written += _insert(connection, tables[table_name], _rows.decode(stream.read()))
            case ("files", *path) if ".." not in path:
                incoming.put(PurePosixPath(*path), stream)
    if connection.dialect.name == "postgresql":
        for table in tables.values():
            _continue_numbering(connection, table)
    return written


def _insert(connection: Connection, table: Table, part: Rows) -> int:
    connection.execute(insert(table), [dict(zip(part.columns, row, strict=True)) for row in part.rows])
    return len(part.rows)


def _continue_numbering(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows after the restored ones; SQLite does so by itself."""
    for column in table.primary_key:
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        if column.autoincrement is not False and connection.scalar(select(sequence)) is not None:
            highest = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
            connection.execute(select(func.setval(sequence, highest, False)))
