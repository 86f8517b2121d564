"""What others hold in the database is awaited: a locked table, a transaction that was running before."""

from types import SimpleNamespace

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from tests.vocabulary.capture import Bench, eventually

from tallystick.capture.adapters.postgres import PostgresSource
from tallystick.capture.domain.configuration import ConnectorConfiguration

PERSON = "CREATE TABLE person (id serial PRIMARY KEY); INSERT INTO person DEFAULT VALUES"
TOPIC = "p.public.person"
OURS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tallystick' AND datname = current_database()"
BACKENDS = f"{OURS} AND wait_event_type = 'Lock'"
WALSENDERS = f"{OURS} AND backend_type = 'walsender'"


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a connector give a statement up after half a second."""

    class Impatient(PostgresSource):
        def __init__(self, configuration: ConnectorConfiguration, _: float) -> None:
            super().__init__(configuration, 0.6)

    monkeypatch.setattr("tallystick.capture.task.PostgresSource", Impatient)


@pytest.mark.parametrize("locked", ["publish", "copies"])
def test_a_locked_table_is_awaited(bench: Bench, monkeypatch: pytest.MonkeyPatch, locked: str) -> None:
    bench.execute(PERSON)
    impatient(monkeypatch)
    bench.capture.service.create("c", bench.configuration())
    before = getattr(PostgresSource, locked)
    with psycopg.connect(bench.url) as other:

        def lock(*arguments: object, **names: object) -> object:
            if other.info.transaction_status is TransactionStatus.IDLE:
                other.execute("LOCK TABLE person IN ACCESS EXCLUSIVE MODE")
            return before(*arguments, **names)

        with bench.working():
            with monkeypatch.context() as patched:
                patched.setattr(PostgresSource, locked, lock)
                eventually(lambda: bench.value(BACKENDS), lambda waiting: waiting == 1)
            eventually(lambda: bench.value(BACKENDS), lambda waiting: waiting == 0)
            eventually(lambda: bench.value(BACKENDS), lambda waiting: waiting == 1)
            other.rollback()
            found = eventually(
                lambda: bench.capture.service.snapshot(TOPIC), lambda found: bool(found and found.complete)
            )
    assert found is not None
    assert bench.end(TOPIC) == found.end_offset == 1


def test_a_running_transaction_is_awaited_and_named(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    log = SimpleNamespace(warning=lambda event, **_: said.append(event))
    monkeypatch.setattr("tallystick.capture.adapters.postgres.log_line", log)
    bench.execute(f"{PERSON}; CREATE TABLE pet (id int PRIMARY KEY)")
    impatient(monkeypatch)
    monkeypatch.setattr("tallystick.capture.adapters.slots.LATE_S", 0.5)
    bench.capture.service.create("c", bench.configuration(table__include__list="public.person"))
    with psycopg.connect(bench.url) as other:
        other.execute("INSERT INTO pet VALUES (1)")
        with bench.working():
            eventually(lambda: said, lambda seen: "the slot waits for transactions that were running before" in seen)
            assert bench.value(WALSENDERS) == 1
        # A worker that is told to stop does not wait, and leaves nobody waiting.
        eventually(lambda: bench.value(WALSENDERS), lambda left: left == 0)
        with bench.working():
            eventually(lambda: bench.value(WALSENDERS), bool)
            other.rollback()
            bench.wait_for(TOPIC, 1)
