"""A table may be altered or dropped while changes made before wait to be read: no key comes out wrong."""

import json

import pytest
from tests.vocabulary.capture import Bench

TABLE = "CREATE TABLE t (id int PRIMARY KEY, code int NOT NULL)"
KEEP = "CREATE TABLE keep (id int PRIMARY KEY)"
TOPIC = "p.public.t"


def altered_behind(bench: Bench, definition: str, changes: list[str]) -> None:
    """Make changes after a snapshot while nobody reads."""
    bench.execute(f"{definition}; {KEEP}")
    bench.capture.service.create("c", bench.configuration())
    with bench.working():
        bench.snapshot("p.public.keep")
    for statement in [*changes, "INSERT INTO keep VALUES (1)"]:
        bench.execute(statement)


def keys(bench: Bench) -> list[object]:
    """Read on to the last change; return the table's keys and operations."""
    with bench.working():
        bench.wait_for("p.public.keep", 1)
    told = ((record.key, record.value) for record in bench.records(TOPIC))
    return [(json.loads(key or b"null"), json.loads(value)["op"]) for key, value in told if value is not None]


def test_a_table_is_dropped(bench: Bench) -> None:
    altered_behind(bench, TABLE, ["INSERT INTO t VALUES (1, 10)", "DELETE FROM t", "DROP TABLE t"])
    assert keys(bench) == [({"id": 1}, "c"), ({"id": 1}, "d")]


def test_a_table_gets_another_key(bench: Bench) -> None:
    rekeyed = "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (code)"
    changes = ["INSERT INTO t VALUES (1, 10), (2, 20)", "DELETE FROM t WHERE id = 1", rekeyed, "DELETE FROM t"]
    altered_behind(bench, TABLE, changes)
    assert keys(bench) == [({"id": 1}, "c"), ({"id": 2}, "c"), ({"id": 1}, "d"), ({"code": 20}, "d")]


def test_a_key_is_renamed(bench: Bench) -> None:
    renamed = "ALTER TABLE t RENAME id TO ident"
    altered_behind(bench, TABLE, ["INSERT INTO t VALUES (1, 10)", renamed, "INSERT INTO t VALUES (2, 20)"])
    assert keys(bench) == [({"id": 1}, "c"), ({"ident": 2}, "c")]


def test_a_table_is_renamed_and_another_takes_its_name(bench: Bench) -> None:
    moved = "ALTER TABLE t RENAME TO was; CREATE TABLE t (other text PRIMARY KEY, id text)"
    altered_behind(bench, TABLE, ["INSERT INTO t VALUES (1, 10)", moved])
    assert keys(bench) == [({"id": 1}, "c")]
    assert bench.events(TOPIC)[0]["after"] == {"id": 1, "code": 10}


def test_a_column_of_a_type_of_its_own_is_renamed(bench: Bench) -> None:
    table = "CREATE TYPE mood AS ENUM ('glad', 'sad'); CREATE TABLE t (id int PRIMARY KEY, mood mood)"
    altered_behind(bench, table, ["INSERT INTO t VALUES (1, 'sad')", "ALTER TABLE t RENAME mood TO feeling"])
    assert keys(bench) == [({"id": 1}, "c")]
    assert bench.events(TOPIC)[0]["after"] == {"id": 1, "mood": "sad"}


@pytest.mark.parametrize(
    ("definition", "change"),
    [
        ("CREATE TABLE t (a int, b int, PRIMARY KEY (b, a))", "DROP TABLE t"),
        ("CREATE TABLE t (a int, b int, PRIMARY KEY (b, a))", "ALTER TABLE t RENAME a TO z"),
        ("CREATE TABLE t (a int PRIMARY KEY, b int); ALTER TABLE t REPLICA IDENTITY FULL", "DROP TABLE t"),
    ],
)
def test_a_key_that_can_no_longer_be_told_is_refused(bench: Bench, definition: str, change: str) -> None:
    altered_behind(bench, definition, ["INSERT INTO t VALUES (1, 10)", change])
    with bench.working():
        fault = bench.task_fails("c")
    assert "the definition of public.t was changed" in fault
    assert "delete its offsets" in fault
    assert bench.end(TOPIC) == 0


def test_a_table_that_loses_its_key_waits_for_another(bench: Bench) -> None:
    bench.execute(TABLE)
    bench.capture.service.create("c", bench.configuration())
    with bench.working():
        bench.snapshot(TOPIC)
        bench.execute("ALTER TABLE t DROP CONSTRAINT t_pkey")
        bench.execute("INSERT INTO t VALUES (1, 10)")
        assert "public.t has lost its primary key" in bench.task_fails("c")
        bench.execute("ALTER TABLE t ADD PRIMARY KEY (id)")
        bench.capture.service.restart("c")
        records = bench.wait_for(TOPIC, 1)
    assert [record.key for record in records] == [b'{"id":1}']
