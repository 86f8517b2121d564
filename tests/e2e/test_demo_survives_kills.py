"""Whatever process of the demo is killed, at whatever moment, its matches become those of a quiet run."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.vocabulary.demo import DemoRun
from tests.vocabulary.processes import eventually
from tests.vocabulary.quiet import Standing, folded, quiet_matches, standing

from tallystick.demo.febrl import Person
from tallystick.demo.person_table import rows
from tallystick.demo.postgres import Database
from tallystick.demo.sites import REGISTRIES, Sites
from tallystick.demo.truth import Truth
from tallystick.flows.living_linkage.adapters.registry_store import RegistryStore
from tallystick.platform.log import StoreLog
from tallystick.platform.store import Store

KILLS_WHILE_STARTING, KILLS_WHILE_CHANGING, KILLS_WHILE_RESUMING = 7, 6, 5
PEOPLE = 500
WORDS = ("--people", str(PEOPLE), "--changes", "30")


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[DemoRun]:
    run = DemoRun(tmp_path / "demo")
    try:
        yield run
    finally:
        run.end()


class Killer:
    """Kills one random process after another, no role twice, so that no supervisor's back-off is provoked."""

    def __init__(self, demo: DemoRun, source: random.Random) -> None:
        self._demo = demo
        self._source = source
        self._killed: set[str] = set()
        self._begun = time.monotonic()

    def kill(self, times: int) -> None:
        for _ in range(times):
            time.sleep(self._source.uniform(0.05, 1.5))
            eventually(self._kill_one, 60)

    def _kill_one(self) -> bool:
        left = self._left()
        if not left:
            return False
        role, pid = self._source.choice(left)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            print(f"{time.monotonic() - self._begun:6.2f} s  {role}")  # noqa: T201 -- what a failing run went through
            self._killed.add(role)
        return role in self._killed

    def _left(self) -> list[tuple[str, int]]:
        return sorted((role, pid) for role, pid in self._demo.roles().items() if role not in self._killed)


@pytest.mark.timeout(600)
def test_matches_are_those_of_a_quiet_run(demo: DemoRun, tmp_path: Path) -> None:
    """Takes two minutes: twenty kills need a demo that starts three times and lives between them."""
    seed = int(os.environ.get("TALLYSTICK_SEED", random.randrange(10**9)))
    print(f"TALLYSTICK_SEED={seed}")  # noqa: T201 -- a failing run can be repeated
    source = random.Random(seed)
    killer = Killer(demo, source)

    demo.start(*WORDS)
    time.sleep(source.uniform(0.1, 5))
    demo.kill()

    demo.start(*WORDS)
    killer.kill(KILLS_WHILE_STARTING)
    demo.says("✓ snapshots, encodings and links")
    killer.kill(KILLS_WHILE_CHANGING)
    demo.kill()

    demo.start(*WORDS)
    killer.kill(KILLS_WHILE_RESUMING)
    demo.says("One change a second")
    demo.interrupt()
    demo.ends()

    demo.run("--changes", "0", "--no-wait")
    same_as_a_quiet_run(Sites(demo.directory), tmp_path)


def same_as_a_quiet_run(sites: Sites, tmp_path: Path) -> None:
    unit = Store.open(f"sqlite:///{sites.unit.directory / 'tally.db'}")
    expected = quiet_matches(sites, people_of(sites), tmp_path / "quiet")
    assert len(expected) > PEOPLE * 0.9
    assert standing(unit) == expected
    assert folded(StoreLog(unit)) == expected
    for registry in REGISTRIES:
        assert collected(sites, registry) == expected


def collected(sites: Sites, registry: str) -> Standing:
    """Return the matches that a registry has pulled from the unit."""
    people = RegistryStore(Store.open(f"sqlite:///{sites.site(registry).directory / 'tally.db'}"))
    return {
        (
            frozenset({(registry, told.match.key), (told.match.other_party, told.match.other_key)}),
            told.match.score,
            told.match.verdict,
        )
        for told in people.latest(limit=2 * PEOPLE)
    }


def people_of(sites: Sites) -> dict[str, dict[int, Person]]:
    return {registry: _table(sites.database(registry), Truth(sites.truth).read()[registry]) for registry in REGISTRIES}


def _table(database: Database, truth: dict[int, int]) -> dict[int, Person]:
    with subprocess.Popen(database.argv(), stderr=subprocess.DEVNULL) as server:
        try:
            return database.repeatedly(lambda connection: rows(connection, truth))
        finally:
            server.terminate()
