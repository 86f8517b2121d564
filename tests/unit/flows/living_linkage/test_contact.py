"""A registry knows whether its unit answers, and how many changes reach it."""

from pathlib import Path

import pytest

from tallystick.flows.living_linkage.adapters.pace import INTERVAL_MS, INTERVALS, Pace
from tallystick.flows.living_linkage.adapters.registry_store import RegistryStore
from tallystick.flows.living_linkage.adapters.unit_contact import EVERY_MS, SILENCE_MS, Contact, UnitContact
from tallystick.flows.living_linkage.collector import Collector
from tallystick.flows.living_linkage.domain.unit import MatchPage
from tallystick.flows.living_linkage.errors import UnitUnavailable
from tallystick.flows.living_linkage.wiring import BRANCH
from tallystick.platform.store import Store


class Clock:
    now = 1_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registry(tmp_path: Path) -> Store:
    store = Store.open(f"sqlite:///{tmp_path / 'tally.db'}")
    store.upgrade([BRANCH])
    return store


def test_nobody_has_asked_yet(registry: Store) -> None:
    assert UnitContact(registry).now() is None


def test_a_contact_keeps_when_it_began(registry: Store, clock: Clock) -> None:
    contact = UnitContact(registry, clock)
    contact.answered()
    clock.now += EVERY_MS
    contact.answered()
    assert contact.now() == Contact(True, 1_000_000, clock.now)


def test_a_lost_contact_tells_since_when_and_why(registry: Store, clock: Clock) -> None:
    contact = UnitContact(registry, clock)
    contact.answered()
    clock.now += 100
    contact.failed("refused")
    clock.now += EVERY_MS
    contact.failed("timed out")
    assert contact.now() == Contact(False, 1_000_100, clock.now, "timed out")
    contact.answered()
    assert contact.now() == Contact(True, clock.now, clock.now)


def test_a_restarted_process_goes_on_with_the_contact(registry: Store, clock: Clock) -> None:
    UnitContact(registry, clock).answered()
    clock.now += SILENCE_MS
    UnitContact(registry, clock).answered()
    assert UnitContact(registry, clock).now() == Contact(True, 1_000_000, clock.now)


def test_silence_is_no_contact(registry: Store, clock: Clock) -> None:
    UnitContact(registry, clock).answered()
    clock.now += SILENCE_MS + 1
    found = UnitContact(registry, clock).now()
    assert found is not None
    assert (found.answering, found.since_ms) == (False, 1_000_000)


class SilentUnit:
    def place(self) -> str:
        raise NotImplementedError

    def upsert(self, batch: str, changes: object) -> None:
        raise NotImplementedError

    def complete_snapshot(self, generation: int) -> None:
        raise NotImplementedError

    def matches(self, after: str) -> MatchPage:
        raise UnitUnavailable("unit.localhost does not answer")


def test_the_collector_notes_what_it_meets(registry: Store) -> None:
    contact = UnitContact(registry)
    with pytest.raises(UnitUnavailable):
        Collector(RegistryStore(registry), SilentUnit(), contact).collect()
    found = contact.now()
    assert found is not None
    assert (found.answering, found.reason) == (False, "unit.localhost does not answer")


def test_the_pace_counts_whole_intervals_and_forgets_old_ones(registry: Store, clock: Clock) -> None:
    pace = Pace(registry, clock)
    with registry.write() as connection:
        pace.count(3, within=connection)
        pace.count(4, within=connection)
    assert pace.rate().total == 0
    clock.now += INTERVAL_MS
    assert pace.rate().counts[-1] == 7
    clock.now += INTERVALS * INTERVAL_MS
    assert pace.rate().total == 0
