"""A PostgreSQL of a registry's own, on loopback with a password, which holds a table of people."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tallystick.demo.postgres import Database

__all__ = ["Person", "running"]

Person = tuple[str, str, str]
"""Given name, surname, date of birth."""


@contextmanager
def running(people: Sequence[Person], *, password: str = "correct") -> Iterator[Database]:
    """Run a server whose table `person(id, given_name, surname, born)` holds `people`."""
    directory = Path(tempfile.mkdtemp(prefix="tally-people-"))
    handed = directory / "password"
    handed.write_text(password)
    database = Database.prepare(directory / "postgres", handed)
    with subprocess.Popen(database.argv(), stderr=subprocess.DEVNULL) as server:
        try:
            database.wait_until_ready(60)
            with psycopg.connect(database.url()) as connection:
                connection.execute("CREATE TABLE person (id int PRIMARY KEY, given_name text, surname text, born text)")
                for number, person in enumerate(people):
                    connection.execute("INSERT INTO person VALUES (%s, %s, %s, %s)", (number, *person))
            yield database
        finally:
            server.terminate()
            server.wait(20)
            shutil.rmtree(directory, ignore_errors=True)
