"""What a column's type is, is told by its object id: names may be shared, and domains may stand on domains."""

from tests.vocabulary.capture import Bench

TOPIC = "p.public.t"


def captured_twice(bench: Bench, values: str) -> list[dict[str, object]]:
    """Insert values after the key, once for the snapshot and once for the stream; return both rows without it."""
    bench.execute(f"INSERT INTO t VALUES ('1', {values})")
    bench.capture.service.create("c", bench.configuration())
    with bench.working():
        bench.snapshot(TOPIC)
        bench.execute(f"INSERT INTO t VALUES ('2', {values})")
        bench.wait_for(TOPIC, 2)
    return [{name: cell for name, cell in event["after"].items() if name != "id"} for event in bench.events(TOPIC)]


def test_a_domain_over_a_domain(bench: Bench) -> None:
    bench.execute("CREATE DOMAIN word AS text; CREATE DOMAIN name AS word; CREATE DOMAIN cents AS numeric(5, 2)")
    bench.execute("CREATE DOMAIN price AS cents; CREATE TABLE t (id public.name PRIMARY KEY, x public.name, y price)")
    assert captured_twice(bench, "'x', 1.5") == [{"x": "x", "y": "AJY="}] * 2
    assert [record.key for record in bench.records(TOPIC)] == [b'{"id":"1"}', b'{"id":"2"}']


def test_a_type_that_shares_a_name_with_a_built_in_one(bench: Bench) -> None:
    bench.execute("CREATE SCHEMA s; CREATE TYPE s.date AS (a int); CREATE TYPE s.int4 AS RANGE (subtype = int8)")
    bench.execute("CREATE TABLE t (id text PRIMARY KEY, day s.date, number s.int4, word text)")
    assert captured_twice(bench, "ROW(5), '[1,2]', 'w'") == [{"word": "w"}] * 2
