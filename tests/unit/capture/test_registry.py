"""A connector has one task at a time, and a late one is fenced."""

import pytest

from tallystick.capture.adapters.registry import Registry
from tallystick.capture.domain.connector import Connector, Snapshot
from tallystick.capture.errors import ConnectorExists, LeaseLost, UnknownConnector
from tallystick.platform.store import Store

CONNECTOR = Connector("c", {"topic.prefix": "p"}, "RUNNING", 0)


@pytest.fixture(autouse=True)
def _declared(registry: Registry) -> None:
    registry.add(CONNECTOR)


def test_a_name_is_taken_once(registry: Registry) -> None:
    with pytest.raises(ConnectorExists):
        registry.add(CONNECTOR)
    assert registry.connectors() == [CONNECTOR]


def test_a_held_lease_is_not_given_away(registry: Registry) -> None:
    assert registry.lease(CONNECTOR, "one", 60) is not None
    assert registry.lease(CONNECTOR, "two", 60) is None


def test_a_lapsed_lease_is_given_on_and_its_holder_fenced(registry: Registry, capture_store: Store) -> None:
    late = registry.lease(CONNECTOR, "one", 0)
    task = registry.lease(CONNECTOR, "two", 60)
    assert late is not None
    assert task is not None
    with capture_store.write() as connection:
        registry.check(task, connection)
        with pytest.raises(LeaseLost):
            registry.check(late, connection)
    with pytest.raises(LeaseLost):
        registry.renew(late, 60)


def test_the_lease_of_a_dead_worker_is_free(registry: Registry) -> None:
    registry.lease(CONNECTOR, "one", 60)
    assert registry.lease(CONNECTOR, "two", 60, gone=lambda worker: worker == "one") is not None


def test_a_connector_made_again_never_repeats_an_epoch(registry: Registry) -> None:
    before = registry.lease(CONNECTOR, "one", 60)
    registry.remove("c")
    registry.add(CONNECTOR)
    after = registry.lease(CONNECTOR, "one", 60)
    assert before is not None
    assert after is not None
    assert after.epoch > before.epoch


def test_a_removed_connector_is_unknown(registry: Registry) -> None:
    registry.remove("c")
    for ask in (registry.connector, registry.restart, registry.remove):
        with pytest.raises(UnknownConnector):
            ask("c")


def test_a_snapshot_is_whole_once_its_end_is_known(registry: Registry, capture_store: Store) -> None:
    with capture_store.write() as connection:
        registry.begin_snapshot("c", [Snapshot("p.s.t", 1, 5, None)], connection)
    assert registry.snapshot("p.s.t") == Snapshot("p.s.t", 1, 5, None)
    with capture_store.write() as connection:
        registry.end_snapshot({"p.s.t": 9}, connection)
    found = registry.snapshot("p.s.t")
    assert found is not None
    assert found.complete
    assert registry.topics("c") == ["p.s.t"]
