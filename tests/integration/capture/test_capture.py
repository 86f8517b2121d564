"""A connector reads what is there, then follows every commit."""

from tests.vocabulary.capture import Bench, positions

PERSON = "CREATE TABLE person (id serial PRIMARY KEY, name text)"


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
