"""The order of the demo: join, snapshot, link, judge, hash, change, sum up."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from rich.console import Console

from tallystick.demo import judging
from tallystick.demo.errors import StepFailed
from tallystick.demo.febrl import Person
from tallystick.demo.known_files import KnownFiles
from tallystick.demo.living import Measured, Stage
from tallystick.demo.people import populate
from tallystick.demo.quality import Quality
from tallystick.demo.scene import Scene
from tallystick.demo.sites import LINKAGE, REGISTRIES, Site, Sites
from tallystick.demo.watch import MatchWatch
from tallystick.edge.errors import DoorError
from tallystick.edge.wiring import authority_of
from tallystick.flows.living_linkage.adapters.membership import MembershipFile
from tallystick.flows.living_linkage.errors import UnitRefused, UnitUnavailable
from tallystick.flows.living_linkage.invitations import accept
from tallystick.flows.living_linkage.pair_model import REPORT
from tallystick.inference.errors import InferenceError
from tallystick.server.wiring import Organisation

__all__ = ["Results", "Story"]

STEP_PATIENCE_S = 120.0
SEED = 4
MOST_INVITATIONS = 3

Figures = TypeVar("Figures")


@dataclass
class Results:
    """Every figure of one run, measured in it."""

    alone: Quality | None = None
    judged: Quality | None = None
    f1_model: float = 0.0
    f1_threshold: float = 0.0
    zone_pairs: int = 0
    changes: list[Measured] = field(default_factory=list)
    catalog: dict[str, object] = field(default_factory=dict)
    inference: dict[str, object] = field(default_factory=dict)
    seconds: float = 0.0


class Story:
    """Goes through the steps; each prints one line when it is done."""

    def __init__(self, sites: Sites, console: Console, *, people: int, changes: int, alive: Callable[[], bool]) -> None:
        self._sites = sites
        self._console = console
        self._people = people
        self._changes = changes
        self._alive = alive
        self.scene = Scene.of(sites)
        self.results = Results()

    def run(self) -> Results:
        """Tell the story up to the summary."""
        begun = time.monotonic()
        self._populate()
        self._start()
        self._join()
        self._link()
        self._measure()
        self._judge()
        self._hash()
        self._change()
        self.results.seconds = time.monotonic() - begun
        return self.results

    def _populate(self) -> None:
        with self._step(f"{self._people:,} people a registry in two PostgreSQL servers"):
            populate(self._sites, self._people)

    def _start(self) -> None:
        with self._step("three organisations up"):
            self._wait(self.scene.serving, "an organisation's process")

    def _join(self) -> None:
        for name in REGISTRIES:
            membership = MembershipFile(self._sites.site(name).directory)
            if not membership.exists():
                with self._step(f"{name} joins the unit's linkage by invitation"):
                    self._wait(_Guest(self.scene.unit, self._sites.site(name), membership).joined, "the unit's door")

    def _link(self) -> None:
        expected = self.scene.people()
        with self._step("snapshots, encodings and links") as told:
            self._wait(lambda: self._linked(expected, told), "every person's encoding at the unit")

    def _linked(self, expected: Mapping[str, Mapping[int, Person]], told: Callable[[str], None]) -> bool:
        status = self.scene.linkage()
        arrived = ", ".join(f"{party.name} {party.records:,}" for party in status.parties)
        told(f"snapshots, encodings and links: {arrived}; {sum(status.matches.values()):,} matches")
        return self.scene.settled(expected)

    def _measure(self) -> None:
        with self._step("recall and precision against the truth"):
            results = self.results
            results.alone = self.scene.quality(judged=False)
            results.judged = self.scene.quality(judged=True)
            learnt = float(json.loads(REPORT.read_text())["threshold"])
            results.f1_model, results.f1_threshold, results.zone_pairs = self.scene.zone_quality(learnt)

    def _judge(self) -> None:
        with self._step("pairs in the grey zone judged by the served model"):
            self.results.inference = self._again(lambda: judging.measure(self.scene.unit, self.scene.linkage().matches))

    def _hash(self) -> None:
        known = KnownFiles.of(self.scene.unit, self._sites.unit.directory)
        with self._step("every file of the packages hashed, and looked up by each digest"):
            self._wait(known.hashed, "the catalog of the packages")
            self.results.catalog = self._again(known.measure)

    def _change(self) -> None:
        watch = MatchWatch(self.scene.unit.platform.log, self.scene.topic, alive=self._alive)
        stage = Stage(self.scene, watch, self.scene.life(SEED), alive=self._alive)
        with self._step(f"{self._changes} changes in both databases") as told, watch.watching():
            for number in range(self._changes):
                measured = stage.change()
                self.results.changes.append(measured)
                told(f"change {number + 1} of {self._changes}: {measured.kind} at {measured.registry}")
                self._check_alive()
        stage.close()

    def _wait(self, done: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + STEP_PATIENCE_S
        while not done():
            self._check_alive()
            if time.monotonic() > deadline:
                raise StepFailed(
                    f"{what} did not come within {STEP_PATIENCE_S:.0f} s; see {self._sites.directory}/*/logs"
                )
            time.sleep(0.1)

    def _again(self, measured: Callable[[], Figures]) -> Figures:
        """Measure, and measure again when a process is lost on the way."""
        deadline = time.monotonic() + STEP_PATIENCE_S
        while True:
            try:
                return measured()
            except (DoorError, InferenceError):
                self._check_alive()
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.1)

    def _check_alive(self) -> None:
        if not self._alive():
            raise StepFailed("stopped")

    @contextmanager
    def _step(self, text: str) -> Iterator[Callable[[str], None]]:
        begun = time.monotonic()
        with self._console.status(text) as shown:
            yield lambda now: shown.update(now)
        self._console.print(f"[green]✓[/] {text} [dim]{time.monotonic() - begun:.1f} s[/]")


@dataclass
class _Guest:
    """A registry that was invited, and knocks until it is let in."""

    unit: Organisation
    site: Site
    membership: MembershipFile
    invitation: str = ""
    invitations: int = 0

    def joined(self) -> bool:
        """Use the invitation; where the door took it and the answer was lost, ask for another one."""
        authority = authority_of(self.site.directory, self.site.name).certificate
        self.invitation = self.invitation or self._invited()
        try:
            accept(self.invitation, self.membership, authority)
        except UnitUnavailable:
            return False
        except UnitRefused:
            if self.invitations == MOST_INVITATIONS:
                raise
            self.invitation = ""
            return False
        return True

    def _invited(self) -> str:
        self.invitations += 1
        door = self.unit.told_door()
        return self.unit.unit.joining.invite(LINKAGE, self.site.name, door, days=1, by="demo").text()
