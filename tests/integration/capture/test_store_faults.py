"""A fault of the store that passes ends neither a worker nor a connector."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.vocabulary.capture import Bench, eventually

from tallystick.platform.store import Connection, StoreBusyError

TOPIC = "p.public.person"


@contextmanager
def busy(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Let the store refuse everybody for the time of the block; gives the accesses that it refused."""
    refused = []

    def refusing(access: str) -> object:
        @contextmanager
        def refuse() -> Iterator[Connection]:
            refused.append(access)
            raise StoreBusyError("another writer held the store")
            yield

        return refuse

    with monkeypatch.context() as patched:
        for access in ("read", "write"):
            patched.setattr(bench.platform.store, access, refusing(access))
        yield refused


def test_a_connector_outlives_a_busy_store(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.execute("CREATE TABLE person (id serial PRIMARY KEY)")
    bench.capture.service.create("c", bench.configuration())
    with bench.working():
        bench.snapshot(TOPIC)
        bench.execute("INSERT INTO person DEFAULT VALUES")
        bench.wait_for(TOPIC, 1)  # it streams: the store refuses its next record, and then each of its new beginnings
        with busy(bench, monkeypatch) as refused:
            bench.execute("INSERT INTO person DEFAULT VALUES")
            eventually(lambda: set(refused), lambda seen: seen == {"read", "write"})
        bench.wait_for(TOPIC, 2)
        bench.capture.service.restart("c")
        bench.execute("INSERT INTO person DEFAULT VALUES")
        bench.wait_for(TOPIC, 3)
    assert len(bench.records(TOPIC)) == 3


def test_a_failure_is_recorded_once_the_store_answers(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.execute("CREATE TABLE loose (n int)")
    bench.capture.service.create("c", bench.configuration())
    registry, refusals = "tallystick.capture.adapters.registry.Registry.release", []

    def refuse_once(*arguments: object) -> None:
        refusals.append(arguments)
        undo.undo()
        raise StoreBusyError("another writer held the store")

    with monkeypatch.context() as undo:
        undo.setattr(registry, refuse_once)
        with bench.working():
            assert "public.loose" in bench.task_fails("c")
    assert len(refusals) == 1
