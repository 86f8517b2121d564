"""A connector reads what is there, then follows every commit."""

from pathlib import Path

import pytest
from tests.vocabulary.capture import Bench, eventually, positions
from tests.vocabulary.capture import bench as opened
from tests.vocabulary.postgres import Postgres

PERSON = "CREATE TABLE person (id serial PRIMARY KEY, name text)"
SAY = "SELECT pg_logical_emit_message(%s, 'note', 'a message, in the transaction or outside')"
PUBLISHED = "SELECT count(*) FROM pg_publication_tables"


def test_a_snapshot_and_then_the_stream(bench: Bench) -> None:
    bench.execute(f"{PERSON}; INSERT INTO person (name) VALUES ('Ann'), ('Bob')")
    bench.capture.service.create("c", bench.configuration())
    with bench.working():
        bench.wait_for("p.public.person", 2)
        bench.execute("INSERT INTO person (name) VALUES ('Cid')")
        bench.execute("UPDATE person SET name = 'Bo' WHERE id = 2")
        bench.execute("DELETE FROM person WHERE id = 1")
        records = bench.wait_for("p.public.person", 6)
    assert [event["op"] for event in bench.events("p.public.person")] == ["r", "r", "c", "u", "d"]
    assert records[-1].value is None
    assert positions(records) == sorted(positions(records))


def test_null_stays_null(bench: Bench) -> None:
    bench.execute("CREATE TABLE t (id int PRIMARY KEY, n int DEFAULT 7); INSERT INTO t VALUES (1, NULL)")
    bench.capture.service.create("c", bench.configuration())
    with bench.working():
        bench.wait_for("p.public.t", 1)
    assert bench.events("p.public.t")[0]["after"] == {"id": 1, "n": None}


def test_a_full_identity_fills_long_values(bench: Bench) -> None:
    bench.execute("CREATE TABLE t (id int PRIMARY KEY, long text, n int); ALTER TABLE t REPLICA IDENTITY FULL")
    bench.execute("ALTER TABLE t ALTER COLUMN long SET STORAGE EXTERNAL")
    bench.execute("INSERT INTO t VALUES (1, repeat('x', 9000), 1)")
    bench.capture.service.create("c", bench.configuration())
    with bench.working():
        bench.wait_for("p.public.t", 1)
        bench.execute("UPDATE t SET n = 2")
        bench.wait_for("p.public.t", 2)
    assert len(bench.events("p.public.t")[1]["after"]["long"]) == 9000


def test_columns_left_out_are_named(
    bench: Bench, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    bench.execute("CREATE TABLE t (id int PRIMARY KEY, spots point); INSERT INTO t VALUES (1, '(1,2)')")
    bench.capture.service.create("c", bench.configuration())
    with bench.working():
        bench.wait_for("p.public.t", 1)
    assert bench.events("p.public.t")[0]["after"] == {"id": 1}
    assert "spots" in capsys.readouterr().out + caplog.text


def test_names_that_need_quotes(bench: Bench) -> None:
    bench.execute('CREATE TABLE "Odd ""name" ("a b" int PRIMARY KEY, "c\'d" text)')
    bench.execute("""INSERT INTO "Odd ""name" VALUES (1, E'tab\\there')""")
    bench.capture.service.create("c", bench.configuration())
    with bench.working():
        bench.wait_for("p.public.Odd__name", 1)
        bench.execute("""UPDATE "Odd ""name" SET "c'd" = 'x'""")
        bench.wait_for("p.public.Odd__name", 2)
    rows = [event["after"] for event in bench.events("p.public.Odd__name")]
    assert rows == [{"a b": 1, "c'd": "tab\there"}, {"a b": 1, "c'd": "x"}]


def test_an_empty_table_has_a_whole_snapshot(bench: Bench) -> None:
    bench.execute(PERSON)
    bench.capture.service.create("c", bench.configuration())
    with bench.working():
        found = bench.snapshot("p.public.person")
    assert (found.first_offset, found.end_offset) == (0, 0)


def test_two_connectors_share_a_database(bench: Bench) -> None:
    bench.execute(f"{PERSON}; CREATE TABLE pet (id int PRIMARY KEY)")
    for name in ("person", "pet"):
        changes = {"slot__name": f"{bench.configuration()['slot.name']}_{name}", "publication__name": name}
        configuration = bench.configuration(table__include__list=f"public.{name}", **changes)
        bench.capture.service.create(name, configuration)
    with bench.working():
        bench.snapshot("p.public.person")
        bench.snapshot("p.public.pet")
        bench.execute("INSERT INTO person (name) VALUES ('Ann'); INSERT INTO pet VALUES (1)")
        bench.wait_for("p.public.person", 1)
        bench.wait_for("p.public.pet", 1)


def test_a_role_needs_few_rights(bench: Bench) -> None:
    bench.execute(f"{PERSON}; INSERT INTO person (name) VALUES ('Ann'); CREATE PUBLICATION made FOR TABLE person")
    role = f"reader_{bench.configuration()['slot.name']}"
    bench.execute(f"CREATE ROLE {role} LOGIN REPLICATION; GRANT SELECT ON person TO {role}")
    configuration = bench.configuration(
        database__user=role, publication__name="made", publication__autocreate__mode="disabled"
    )
    bench.capture.service.create("c", configuration)
    with bench.working():
        bench.wait_for("p.public.person", 1)
        bench.execute("INSERT INTO person (name) VALUES ('Bob')")
        bench.wait_for("p.public.person", 2)


def test_a_missing_right_is_named(bench: Bench) -> None:
    bench.execute(PERSON)
    role = f"guest_{bench.configuration()['slot.name']}"
    bench.execute(f"CREATE ROLE {role} LOGIN")
    bench.capture.service.create("c", bench.configuration(database__user=role))
    with bench.working():
        assert "the role needs REPLICATION" in bench.task_fails("c")


def test_the_store_may_be_postgresql(postgres: Postgres, tmp_path: Path) -> None:
    source, store = postgres.url(postgres.database()), postgres.url(postgres.database())
    with opened(source, tmp_path / "data", store) as bench:
        bench.execute(f"{PERSON}; INSERT INTO person (name) VALUES ('Ann')")
        bench.capture.service.create("c", bench.configuration())
        with bench.working():
            assert bench.snapshot("p.public.person").end_offset == 1
            bench.execute("INSERT INTO person (name) VALUES ('Bob')")
            bench.wait_for("p.public.person", 2)


def test_logical_messages_are_left_out(bench: Bench) -> None:
    bench.execute(PERSON)
    bench.capture.service.create("c", bench.configuration())
    with bench.working():
        bench.snapshot("p.public.person")
        bench.execute(f"{SAY % 'true'}; INSERT INTO person (name) VALUES ('Ann')")
        bench.execute(SAY % "false")
        bench.execute("INSERT INTO person (name) VALUES ('Bob')")
        bench.wait_for("p.public.person", 2)
    assert [event["after"]["name"] for event in bench.events("p.public.person")] == ["Ann", "Bob"]
    assert [topic.name for topic in bench.platform.log.topics() if topic.name.startswith("p.")] == ["p.public.person"]


def test_a_table_selected_later_is_streamed_from_the_restart_on(bench: Bench) -> None:
    bench.execute(f"{PERSON}; CREATE TABLE pet (id int PRIMARY KEY); INSERT INTO pet VALUES (1)")
    selected = {"table__include__list": "public.person"}
    bench.capture.service.create("c", bench.configuration(**selected))
    with bench.working():
        bench.snapshot("p.public.person")
    bench.capture.service.put("c", bench.configuration(table__include__list="public.person,public.pet"))
    bench.execute("INSERT INTO pet VALUES (2)")
    with bench.working():
        eventually(lambda: bench.value(PUBLISHED), lambda tables: tables == 2)
        bench.execute("INSERT INTO pet VALUES (3)")
        bench.wait_for("p.public.pet", 1)
    assert [(event["op"], event["after"]["id"]) for event in bench.events("p.public.pet")] == [("c", 3)]
