"""A publication may hold more than is selected, and a table may be renamed out of the selection."""

import pytest
from tests.vocabulary.capture import Bench, positions

TABLES = "CREATE TABLE person (id int PRIMARY KEY); CREATE TABLE secret (id int PRIMARY KEY)"
TOPIC = "p.public.person"
BOTH = "INSERT INTO secret VALUES (1); INSERT INTO person VALUES (1)"


def topics(bench: Bench) -> list[str]:
    return [topic.name for topic in bench.platform.log.topics() if topic.name.startswith("p.")]


def test_a_publication_of_all_tables_is_narrowed(bench: Bench) -> None:
    bench.execute(TABLES)
    bench.capture.service.create(
        "c", bench.configuration(table__include__list="public.person", publication__autocreate__mode="all_tables")
    )
    with bench.working():
        bench.snapshot(TOPIC)
        bench.execute(BOTH)
        records = bench.wait_for(TOPIC, 1)
    assert topics(bench) == [TOPIC]
    assert positions(records)[0].endswith(b":0000000002")


def test_a_wider_publication_is_narrowed(bench: Bench) -> None:
    bench.execute(f"{TABLES}; CREATE PUBLICATION made FOR TABLE person, secret")
    made = {"publication__name": "made", "publication__autocreate__mode": "disabled"}
    bench.capture.service.create("c", bench.configuration(table__include__list="public.person", **made))
    with bench.working():
        bench.snapshot(TOPIC)
        bench.execute(BOTH)
        bench.wait_for(TOPIC, 1)
    assert topics(bench) == [TOPIC]


def test_a_new_table_is_streamed_where_the_publication_holds_it(bench: Bench) -> None:
    bench.execute(TABLES)
    bench.capture.service.create("c", bench.configuration(publication__autocreate__mode="all_tables"))
    with bench.working():
        bench.snapshot(TOPIC)
        bench.execute("CREATE TABLE pet (id int PRIMARY KEY); INSERT INTO pet VALUES (1)")
        bench.wait_for("p.public.pet", 1)


def test_a_table_renamed_out_of_the_selection_is_passed_over(
    bench: Bench, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    bench.execute(TABLES)
    lists = {"table__include__list": "public.person,public.secret"}
    bench.capture.service.create("c", bench.configuration(**lists))
    with bench.working():
        bench.snapshot(TOPIC)
        bench.execute("ALTER TABLE person RENAME TO human; INSERT INTO human VALUES (2)")
        bench.execute("INSERT INTO secret VALUES (1)")
        bench.wait_for("p.public.secret", 1)
    assert bench.end(TOPIC) == 0
    assert "renamed table is not selected" in capsys.readouterr().out + caplog.text


def test_a_table_renamed_within_the_selection_goes_on_under_its_new_name(bench: Bench) -> None:
    bench.execute(TABLES)
    bench.capture.service.create("c", bench.configuration())
    with bench.working():
        bench.snapshot(TOPIC)
        bench.execute("INSERT INTO person VALUES (1)")
        bench.wait_for(TOPIC, 1)
        bench.execute("ALTER TABLE person RENAME TO human; INSERT INTO human VALUES (2)")
        bench.wait_for("p.public.human", 1)
