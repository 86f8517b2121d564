"""Rows longer than one read of a socket, links that carry them slowly, and the memory that they may take."""

from collections.abc import Iterator

import pytest
from tests.vocabulary.capture import Bench
from tests.vocabulary.slow_link import SlowLink, slow_link

from tallystick.capture.adapters.postgres import ExportedSnapshot, PostgresSource
from tallystick.capture.adapters.sessions import connect
from tallystick.capture.domain.configuration import ConnectorConfiguration

LETTER = "CREATE TABLE letter (id int PRIMARY KEY, text text)"
TOPIC = "p.public.letter"


@pytest.fixture
def link(bench: Bench) -> Iterator[SlowLink]:
    """Open a link to the captured database that delivers a packet's worth at a time."""
    host, port = (bench.configuration()[f"database.{part}"] for part in ("hostname", "port"))
    with slow_link(f"{host}/.s.PGSQL.{port}", piece=1400) as link:
        yield link


def letters(bench: Bench, count: int, length: int) -> None:
    bench.execute(f"{LETTER}; INSERT INTO letter SELECT n, repeat('x', {length}) FROM generate_series(1, {count}) n")


def test_a_snapshot_reads_rows_of_any_length(bench: Bench) -> None:
    letters(bench, 5, 1_000_000)
    bench.capture.service.create("c", bench.configuration())
    with bench.working():
        assert bench.snapshot(TOPIC).end_offset == 5
    assert {len(event["after"]["text"]) for event in bench.events(TOPIC)} == {1_000_000}


def test_a_snapshot_comes_in_small_pieces(bench: Bench, link: SlowLink) -> None:
    letters(bench, 50, 4000)
    address = {"database__hostname": "127.0.0.1", "database__port": str(link.port)}
    bench.capture.service.create("c", bench.configuration(**address))
    with bench.working():
        assert bench.snapshot(TOPIC).end_offset == 50


def test_a_long_row_is_streamed_over_a_slow_link(bench: Bench, link: SlowLink) -> None:
    bench.execute(LETTER)
    address = {"database__hostname": "127.0.0.1", "database__port": str(link.port)}
    bench.capture.service.create("c", bench.configuration(**address))
    with bench.working():
        bench.snapshot(TOPIC)
        bench.execute("INSERT INTO letter VALUES (1, 'short')")
        bench.wait_for(TOPIC, 1)
        link.bytes_per_s, before = 800_000, link.connections
        bench.execute("INSERT INTO letter VALUES (2, repeat('x', 4000000))")
        bench.wait_for(TOPIC, 2)
        assert link.connections == before


def test_a_batch_of_a_snapshot_is_bounded_in_bytes(bench: Bench) -> None:
    letters(bench, 20, 30_000)
    configuration = ConnectorConfiguration.parse("c", bench.configuration())
    session = connect(configuration)
    exported = str(session.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_export_snapshot()")[0][0])
    with PostgresSource(configuration, 10.0) as source:
        copy = next(source.copies(ExportedSnapshot(session, 1, exported), source.inspect(), 1))
        sizes = []
        while batch := copy.next_batch(max_events=2048, max_bytes=65536):
            sizes.append(len(batch))
    assert sum(sizes) == 20
    assert max(sizes) == 3
