"""The registries' table of people: an ordinary table with serial numbers, loaded from FEBRL."""

from collections.abc import Mapping, Sequence

import psycopg

from tallystick.demo.febrl import COLUMNS, Person

__all__ = ["TABLE", "correct", "holds", "insert", "load", "remove", "rows"]

TABLE = "person"
_COLUMN_LIST = ", ".join(COLUMNS)


def load(connection: psycopg.Connection, people: Sequence[Person]) -> dict[int, int]:
    """Create the table with these people unless it exists; return the truth, serial number to real person.

    The serial numbers follow the given order, so the truth is the same when the demo resumes.
    """
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('person') IS NOT NULL")
        exists = cursor.fetchone()
        if exists is None or not exists[0]:
            declared = ", ".join(f"{column} text" for column in COLUMNS)
            cursor.execute(f"CREATE TABLE person (id serial PRIMARY KEY, {declared})".encode())
            with cursor.copy(f"COPY person ({_COLUMN_LIST}) FROM STDIN".encode()) as copy:
                for person in people:
                    copy.write_row([value or None for value in person.values])
    return {number: person.truth for number, person in enumerate(people, start=1)}


def insert(connection: psycopg.Connection, person: Person) -> int:
    """Add a person; return the serial number given."""
    marks = ", ".join(["%s"] * len(COLUMNS))
    statement = f"INSERT INTO person ({_COLUMN_LIST}) VALUES ({marks}) RETURNING id"  # noqa: S608 -- constants
    row = connection.execute(statement.encode(), [value or None for value in person.values]).fetchone()
    if row is None:
        raise RuntimeError("INSERT ... RETURNING gave no row")
    return int(row[0])


def correct(connection: psycopg.Connection, number: int, surname: str) -> None:
    """Change a person's surname."""
    connection.execute("UPDATE person SET surname = %s WHERE id = %s", (surname, number))


def remove(connection: psycopg.Connection, number: int) -> None:
    """Delete a person."""
    connection.execute("DELETE FROM person WHERE id = %s", (number,))


def holds(connection: psycopg.Connection, number: int) -> bool:
    """Tell whether the table has a row."""
    return connection.execute("SELECT 1 FROM person WHERE id = %s", (number,)).fetchone() is not None


def rows(connection: psycopg.Connection, truth: Mapping[int, int]) -> dict[int, Person]:
    """Read the table as it is now, with the real person behind each row; behind others' rows, nobody (below 0)."""
    found = connection.execute(f"SELECT id, {_COLUMN_LIST} FROM person".encode())  # noqa: S608 -- constants
    return {
        number: Person(truth.get(number, -number), tuple(value or "" for value in values)) for number, *values in found
    }
