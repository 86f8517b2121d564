"""Workers that share a PostgreSQL store: of two that come at once, one takes the connector, and its fence holds."""

import threading
from collections.abc import Callable, Iterator

import pytest
from tests.vocabulary.postgres import Postgres

from tallystick.capture.adapters.registry import Registry
from tallystick.capture.domain.connector import Connector, Task
from tallystick.capture.errors import ConnectorExists
from tallystick.capture.wiring import BRANCH
from tallystick.platform.store import Store

ROUNDS = 20


@pytest.fixture
def shared_store(postgres: Postgres) -> Iterator[Store]:
    """Open a store that several workers may use."""
    store = Store.open(postgres.url(postgres.database()))
    store.upgrade([BRANCH])
    yield store
    store.close()


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Make the calls at the same instant, and return what each gave or raised."""
    start = threading.Barrier(len(calls))
    found: list[object] = []

    def run(call: Callable[[], object]) -> None:
        start.wait()
        try:
            found.append(call())
        except Exception as error:  # noqa: BLE001 -- whatever it raised is what is looked at
            found.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_one_of_two_workers_takes_a_connector(shared_store: Store) -> None:
    registry = Registry(shared_store)
    for number in range(ROUNDS):
        connector = Connector(f"c{number}", {}, "RUNNING", 0)
        registry.add(connector)
        for lease_s in (0.0, 60.0):  # at first nobody has had it, then its lease has lapsed
            found = at_once(
                lambda: registry.lease(connector, "one", lease_s),  # noqa: B023 -- called within this round
                lambda: registry.lease(connector, "two", lease_s),  # noqa: B023
            )
            epochs = [task.epoch for task in found if isinstance(task, Task)]
            assert len(set(epochs)) == len(epochs), found
        assert len(epochs) == 1, found


def test_a_lease_is_not_taken_within_a_fenced_write(shared_store: Store) -> None:
    registry = Registry(shared_store)
    connector = Connector("c", {}, "RUNNING", 0)
    registry.add(connector)
    task = registry.lease(connector, "one", 0)
    assert task is not None
    taken: list[Task | None] = []
    second = threading.Thread(target=lambda: taken.append(registry.lease(connector, "two", 60)))
    with shared_store.write() as connection:
        registry.check(task, connection)
        second.start()
        second.join(0.5)
        assert taken == []
    second.join()
    assert taken[0] is not None


def test_a_name_is_taken_once_by_two_at_once(shared_store: Store) -> None:
    registry = Registry(shared_store)
    for number in range(ROUNDS):
        connector = Connector(f"c{number}", {}, "RUNNING", 0)
        found = at_once(lambda: registry.add(connector), lambda: registry.add(connector))  # noqa: B023
        assert [type(each) for each in found if each is not None] == [ConnectorExists]
