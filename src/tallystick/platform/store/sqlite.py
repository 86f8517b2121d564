"""SQLite as the store: one file, write-ahead log, every commit on disk before it returns."""

import os
from pathlib import Path
from typing import Final

import pysqlite3
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from tallystick.platform.store.errors import (
    StoreBusyError,
    StoreDiskError,
    StoreError,
    StoreUnreachableError,
    StoreVersionError,
)

__all__ = ["OLDEST", "DriverError", "engines", "translated"]

OLDEST: Final = (3, 51, 3)  # older builds can corrupt a write-ahead log that two processes reset at once
BUSY_MS: Final = 30_000
DriverError = pysqlite3.Error
ADVICE: Final = {
    pysqlite3.SQLITE_FULL: "make room on the disk",
    pysqlite3.SQLITE_IOERR: "look after the disk: it may be full, or broken",
    pysqlite3.SQLITE_READONLY: "let the process write to the file and its directory",
    pysqlite3.SQLITE_CANTOPEN: "look after the disk and the directory's owner",
    pysqlite3.SQLITE_CORRUPT: "restore a backup",
}
PRAGMAS: Final = (
    f"busy_timeout = {BUSY_MS}",
    "journal_mode = wal",
    "synchronous = full",
    "foreign_keys = on",
    "temp_store = memory",
    "wal_autocheckpoint = 4000",
    "journal_size_limit = 67108864",
)


def engines(url: URL) -> tuple[Engine, Engine]:
    """Open the file of `url` for reading and for writing."""
    _refuse_old_library()
    _make_file(url)
    engine = create_engine(url, module=pysqlite3, pool_size=8, max_overflow=-1, hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    try:
        with engine.connect():
            pass
    except DBAPIError as error:
        raise StoreUnreachableError(f"{url.database} cannot be opened as a database: {error.orig}") from error
    return engine, engine.execution_options(writes=True)


def translated(url: URL, error: BaseException | None, *, writing: bool) -> StoreError | None:
    """Say what a failure of the library means for its user; None when it is the statement that failed."""
    code = getattr(error, "sqlite_errorcode", pysqlite3.SQLITE_OK) & 0xFF  # the rest says where, not what
    if code == pysqlite3.SQLITE_BUSY:
        return StoreBusyError(f"another writer held the store for {BUSY_MS // 1000} seconds")
    if code not in ADVICE or (code == pysqlite3.SQLITE_READONLY and not writing):  # so is every connection for reading
        return None
    return StoreDiskError(f"{url.database} cannot be used: {error}; {ADVICE[code]}")


def _refuse_old_library(version: tuple[int, ...] = pysqlite3.sqlite_version_info) -> None:
    if version < OLDEST:
        shown, oldest = (".".join(map(str, numbers)) for numbers in (version, OLDEST))
        raise StoreVersionError(f"SQLite {shown} can lose data; install pysqlite3 with SQLite {oldest} or newer")


def _make_file(url: URL) -> None:
    """Create the file readable by its owner alone; SQLite gives its companions the same mode."""
    if not url.database or url.database == ":memory:":
        raise StoreUnreachableError("the store needs a file: processes cannot share a database in memory")
    path = Path(url.database)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreUnreachableError(
            f"the store's file {path} cannot be opened: {error.strerror}; check [store] url and the directory's owner"
        ) from error


def _prepare(connection: pysqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    raw: pysqlite3.Connection = connection.connection.dbapi_connection
    raw.execute(f"PRAGMA query_only = {'off' if writes else 'on'}")
    raw.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
