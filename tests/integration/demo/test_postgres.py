import subprocess
from functools import partial
from pathlib import Path

import psycopg
import pytest

from tallystick.demo.febrl import people
from tallystick.demo.person_table import load
from tallystick.demo.postgres import Database


@pytest.fixture
def database(tmp_path: Path) -> Database:
    (tmp_path / "north").mkdir(mode=0o700)
    return Database.prepare(tmp_path / "postgres" / "north", tmp_path / "north" / "password")


def test_a_database_starts_holds_people_and_stops(database: Database) -> None:
    with subprocess.Popen(database.argv(), stderr=subprocess.DEVNULL) as server:
        database.wait_until_ready()
        truth = database.repeatedly(partial(load, people=people("4a", count=50)))
        assert database.repeatedly(partial(load, people=people("4a", count=50))) == truth
        with psycopg.connect(database.url()) as connection:
            assert connection.execute("SELECT count(*) FROM person").fetchone() == (50,)
        server.terminate()
        assert server.wait(10) == 0


def test_an_organisations_directory_stays_closed(database: Database) -> None:
    organisation = database.password_file.parent
    assert organisation.stat().st_mode & 0o777 == 0o700
    assert database.password_file.stat().st_mode & 0o777 == 0o600
