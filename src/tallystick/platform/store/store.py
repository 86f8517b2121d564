"""Connections to one organisation's database."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, cast

from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from tallystick.platform.store import sqlite
from tallystick.platform.store.branches import PLATFORM, Branch, stand_at_heads
from tallystick.platform.store.errors import NestedWriteError, StoreError, StoreUnreachableError

__all__ = ["Store"]

Dialect = Literal["sqlite", "postgresql"]


class Store:
    """One database; safe to share between threads, to be opened anew in each process.

    >>> store = Store.open("sqlite:///tally.db")
    >>> store.upgrade()
    >>> with store.write() as connection:
    ...     connection.execute(table.insert(), rows)
    """

    def __init__(self, reader: Engine, writer: Engine) -> None:
        self._reader = reader
        self._writer = writer
        self._writing = threading.local()

    @classmethod
    def open(cls, url: str) -> "Store":
        """Open `sqlite:///PATH` (made when absent) or `postgresql://USER:PASSWORD@HOST/DATABASE`, and connect once."""
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise StoreUnreachableError(
                "the store's URL is not a URL; write sqlite:///PATH or postgresql://..."
            ) from error
        match parsed.get_backend_name():
            case "sqlite":
                return cls(*sqlite.engines(parsed))
            case "postgresql":
                from tallystick.platform.store import postgresql

                return cls(*postgresql.engines(parsed))
            case other:
                raise StoreUnreachableError(f"the store speaks sqlite and postgresql, not {other}")

    @property
    def dialect(self) -> Dialect:
        """The SQL spoken here."""
        return cast("Dialect", self._writer.dialect.name)

    @property
    def url(self) -> str:
        """The address, its password masked."""
        return self._writer.url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one snapshot and cannot write."""
        with self._translated(writing=False), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a transaction that commits at the end of the block and rolls back when the block raises."""
        if getattr(self._writing, "now", False):
            raise NestedWriteError("this thread is writing already; hand its connection on as `within`")
        self._writing.now = True
        try:
            with self._translated(writing=True), self._writer.begin() as connection:
                yield connection
        finally:
            self._writing.now = False

    @contextmanager
    def joined(self, within: Connection | None) -> Iterator[Connection]:
        """Go on in the transaction `within`, or write in a new one when there is none."""
        if within is None:
            with self.write() as connection:
                yield connection
        else:
            yield within

    @contextmanager
    def _translated(self, *, writing: bool) -> Iterator[None]:
        """Raise as the store's own error what is neither the statement's fault nor the caller's."""
        try:
            yield
        except (DBAPIError, sqlite.DriverError) as error:
            if (own := self._own(error, writing=writing)) is None:
                raise
            raise own from error

    def _own(self, error: Exception, *, writing: bool) -> StoreError | None:
        if self.dialect == "sqlite":
            cause = error.orig if isinstance(error, DBAPIError) else error
            return sqlite.translated(self._writer.url, cause, writing=writing)
        from tallystick.platform.store import postgresql

        return postgresql.translated(self._writer.url, error) if isinstance(error, OperationalError) else None

    def upgrade(self, branches: Sequence[Branch] = ()) -> None:
        """Bring the platform's branches and the given ones to their heads; several processes may do so at once."""
        every = (*PLATFORM, *branches)
        with self.read() as connection:
            if stand_at_heads(connection, every):
                return
        from tallystick.platform.store.migrations import upgrade

        with self.write() as connection:
            upgrade(connection, every)

    def close(self) -> None:
        """Close every idle connection."""
        self._writer.dispose()
