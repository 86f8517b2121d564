"""Connections: snapshots, transactions, and refusals that say what to change."""

import threading
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, insert, make_url, select, text
from sqlalchemy.exc import DBAPIError
from tests.vocabulary.postgres import Postgres
from tests.vocabulary.threads import at_once

from tallystick.platform.store import (
    NestedWriteError,
    Store,
    StoreBusyError,
    StoreDiskError,
    StoreUnreachableError,
    StoreVersionError,
    upsert,
)
from tallystick.platform.store.sqlite import _refuse_old_library

people = Table("people", MetaData(), Column("id", Integer, primary_key=True), Column("name", Text))


@pytest.fixture
def peopled(any_store: Store) -> Store:
    with any_store.write() as connection:
        people.create(connection)
    return any_store


def names(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.scalars(select(people.c.name).order_by(people.c.id)))


def add(store: Store, number: int, name: str) -> None:
    with store.write() as connection:
        connection.execute(insert(people), {"id": number, "name": name})


def test_keeps_what_was_written(peopled: Store) -> None:
    add(peopled, 1, "Ada")
    assert names(peopled) == ["Ada"]


def test_forgets_a_block_that_raised(peopled: Store) -> None:
    def interrupted() -> None:
        with peopled.write() as connection:
            connection.execute(insert(people), {"id": 1, "name": "Ada"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        interrupted()
    assert names(peopled) == []


def test_reads_one_snapshot(peopled: Store) -> None:
    with peopled.read() as connection:
        before = list(connection.scalars(select(people.c.name)))
        add(peopled, 1, "Ada")
        assert list(connection.scalars(select(people.c.name))) == before == []


def test_refuses_to_write_while_reading(peopled: Store) -> None:
    with pytest.raises(DBAPIError), peopled.read() as connection:
        connection.execute(insert(people), {"id": 1, "name": "Ada"})
    add(peopled, 1, "Ada")


def test_refuses_a_write_inside_a_write(peopled: Store) -> None:
    with pytest.raises(NestedWriteError), peopled.write(), peopled.write():
        pass


def test_joins_an_open_write(peopled: Store) -> None:
    with peopled.write() as connection, peopled.joined(connection) as joined:
        assert joined is connection


def test_replaces_rows_with_the_same_key(peopled: Store) -> None:
    add(peopled, 1, "Ada")
    with peopled.write() as connection:
        upsert(connection, people, [{"id": 1, "name": "Grace"}, {"id": 2, "name": "Alan"}], key=("id",))
        upsert(connection, people, [{"id": 2, "name": "Hedy"}], key=("id",), replace=False)
    assert names(peopled) == ["Grace", "Alan"]


def test_tells_how_many_rows_it_wrote(peopled: Store) -> None:
    rows = [{"id": number, "name": "Ada"} for number in range(1_000)]
    with peopled.write() as connection:
        assert upsert(connection, people, rows[:600], key=("id",), replace=False) == 600
        assert upsert(connection, people, rows, key=("id",), replace=False) == 400
        assert upsert(connection, people, rows[:1], key=("id",), replace=False) == 0
        assert upsert(connection, people, rows, key=("id",)) == 1_000


def test_leaves_out_a_row_that_another_writes_meanwhile(peopled: Store) -> None:
    def claim() -> int:
        with peopled.write() as connection:
            return upsert(connection, people, [{"id": 1, "name": "Ada"}], key=("id",), replace=False)

    assert sorted(at_once(3, claim)) == [0, 0, 1]


def test_lets_many_threads_write(peopled: Store) -> None:
    threads = [threading.Thread(target=add, args=(peopled, number, "Ada")) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(peopled)) == 20


def test_keeps_the_file_from_others(store: Store, tmp_path: Path) -> None:
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_refuses_an_old_sqlite() -> None:
    with pytest.raises(StoreVersionError, match=r"SQLite 3\.40\.1 .* 3\.51\.3"):
        _refuse_old_library((3, 40, 1))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("nonsense", "not a URL"),
        ("mysql://localhost/x", "not mysql"),
        ("sqlite://", "needs a file"),
        ("sqlite:////nowhere/at/all.db", "No such file"),
        ("postgresql://localhost:1/x", "start the server"),
    ],
)
def test_says_why_a_url_cannot_be_opened(url: str, reason: str) -> None:
    with pytest.raises(StoreUnreachableError, match=reason):
        Store.open(url)


def test_refuses_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database, but long enough to look at" * 100)
    with pytest.raises(StoreUnreachableError, match=r"notes\.txt cannot be opened as a database"):
        Store.open(f"sqlite:///{tmp_path / 'notes.txt'}")


def test_names_a_missing_database(postgres: Postgres) -> None:
    with pytest.raises(StoreUnreachableError, match="createdb"):
        Store.open(postgres.url("nowhere"))


def test_names_a_wrong_password_without_showing_it(postgres: Postgres, postgres_url: str) -> None:
    with postgres.asking_for_passwords("careful"):
        url = make_url(postgres_url).set(username="careful", password="hunter2")
        with pytest.raises(StoreUnreachableError, match="change the user or password") as refusal:
            Store.open(url.render_as_string(hide_password=False))
    assert "hunter2" not in str(refusal.value)


def test_a_writer_that_waited_in_vain_may_try_again(sqlite_url: str) -> None:
    store = Store.open(sqlite_url)
    with store.read() as connection:
        connection.execute(text("PRAGMA busy_timeout = 1"))  # of the one connection that there is
    with Store.open(sqlite_url).write(), pytest.raises(StoreBusyError, match="another writer"), store.write():
        pass


def test_a_full_disk_is_the_stores_error(peopled: Store) -> None:
    def fill() -> None:
        with peopled.write() as connection:
            connection.execute(insert(people), {"id": 1, "name": "Ada"})
            if peopled.dialect == "postgresql":
                connection.execute(text("DO $$ BEGIN RAISE 'No space left on device' USING ERRCODE = '53100'; END $$"))
            connection.execute(text("PRAGMA max_page_count = 1"))
            connection.execute(insert(people), {"id": 2, "name": "Ada" * 1_000_000})

    with pytest.raises(StoreDiskError, match=r"(?s)cannot be used: .*; make room on the"):
        fill()
    assert names(peopled) == []


def test_a_file_that_cannot_be_written_is_the_stores_error(store: Store) -> None:
    forbidden = [text("PRAGMA query_only = on"), text("CREATE TABLE people (id)")]
    with pytest.raises(StoreDiskError, match="let the process write"), store.write() as connection:
        list(map(connection.execute, forbidden))


def test_a_damaged_file_is_the_stores_error(store: Store, tmp_path: Path) -> None:
    store.close()
    with (tmp_path / "tally.db").open("r+b") as file:
        file.seek(4_096)
        file.write(b"\xff" * 400_000)
    with pytest.raises(StoreDiskError, match="restore a backup"), store.read() as connection:
        connection.execute(text("SELECT * FROM log_batch"))


def test_an_error_tells_no_values(peopled: Store) -> None:
    with pytest.raises(DBAPIError) as refusal, peopled.write() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "hunter2"})
    assert "hunter2" not in str(refusal.value)


def test_names_a_server_that_goes_away_and_comes_back(postgres_url: str) -> None:
    store = Store.open(postgres_url)
    with pytest.raises(StoreUnreachableError, match=r"check \[store\] url"), store.read() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    with store.read() as connection:
        assert connection.scalar(text("SELECT 1")) == 1


def test_masks_the_password(postgres_url: str) -> None:
    url = make_url(postgres_url).set(password="hunter2").render_as_string(hide_password=False)
    store = Store.open(url)
    assert "hunter2" not in store.url
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
