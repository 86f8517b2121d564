"""The main job, whole: every figure of the contract, from one run over 5,000 people a registry."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.vocabulary.demo import ORGANISATIONS, DemoRun, Machine
from tests.vocabulary.quiet import Standing, folded, standing
from tests.vocabulary.unpacking import Unpacked

from tallystick.platform.log import StoreLog
from tallystick.platform.store import Store

pytestmark = pytest.mark.timeout(600)

PEOPLE, CHANGES = 5000, 100
SLOWEST_S = 60.0
RECALL, PRECISION = 0.99, 0.999
P95_MS = 2000.0


@dataclass
class Told:
    """One run and its report; `alone_s` is what it would have taken on a machine of its own."""

    demo: DemoRun
    report: dict[str, Any]
    alone_s: float

    @property
    def unit(self) -> Path:
        return self.demo.directory / "unit"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Run the demo as `make demo ARGS="--no-wait --report ..."` does: half a minute on two idle cores."""
    place = tmp_path_factory.mktemp("whole")
    demo, machine = DemoRun(place / "demo"), Machine()
    try:
        demo.run("--no-wait", "--report", str(place / "report.json"), within_s=480)
        report = json.loads((place / "report.json").read_text())
        yield Told(demo, report, report["seconds"] - machine.lost_s())
    finally:
        demo.end()


def test_it_takes_less_than_a_minute(told: Told) -> None:
    assert 0 < told.alone_s < SLOWEST_S


def test_people_are_found(told: Told) -> None:
    linkage = told.report["linkage"]
    assert linkage["recall"] >= RECALL
    assert linkage["precision"] >= PRECISION
    assert PEOPLE * RECALL <= linkage["pairs"] <= PEOPLE
    assert {"recall", "precision", "pairs"} <= linkage["judged"].keys()


def test_the_grey_zone_is_judged_by_model_and_threshold(told: Told) -> None:
    zone = told.report["linkage"]["grey_zone"]
    assert 0 < zone["f1_threshold"] <= 1
    assert 0 < zone["f1_model"] <= 1
    inference = told.report["inference"]
    assert inference["judged"] == inference["confirmed"] + inference["rejected"] == zone["pairs"] > 0
    assert 0 < inference["predict_median_ms"] <= inference["predict_p95_ms"]


def test_every_change_reaches_a_match(told: Told) -> None:
    changes = told.report["changes"]
    assert len(changes) == CHANGES
    late = sorted(change["commit_to_event_ms"] for change in changes)
    assert late[0] >= 0
    assert late[math.ceil(0.95 * CHANGES) - 1] <= P95_MS
    assert {change["kind"] for change in changes} == {"new person", "corrected surname", "deletion"}
    assert {change["effect"] for change in changes} == {"made", "rescored", "ended"}
    assert {change["registry"] for change in changes} == {"north", "south"}


def test_the_catalog_knows_every_file(told: Told) -> None:
    packages = list((told.unit / "packages").iterdir())
    unpacked, catalog = Unpacked.of(packages), told.report["catalog"]
    assert {package.suffix for package in packages} == {".whl", ".deb", ".gz", ".tar"}
    assert catalog["packages"] == len(packages)
    assert catalog["sources"] == len(unpacked.members)
    assert catalog["contents"] == len(unpacked.contents)
    assert catalog["occurrences"] == unpacked.occurrences
    assert catalog["lookups"] > 0


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_an_organisations_directory_is_closed(told: Told, organisation: str) -> None:
    """As root too, when PostgreSQL runs as another user who passes through the parents of its data."""
    assert (told.demo.directory / organisation).stat().st_mode & 0o777 == 0o700


def test_the_directory_goes_on(told: Told) -> None:
    """Runs last: the same directory again copies no table again, and keeps every match that nothing happened to."""
    before, events = matches(told.unit), captured(told.demo.directory)
    told.demo.run("--no-wait", "--changes", "3", within_s=240)
    after = matches(told.unit)
    assert len(before - after) <= 3
    assert len(after - before) <= 3
    assert 3 <= captured(told.demo.directory) - events <= 6, "a deletion makes two records"


def matches(unit: Path) -> Standing:
    store = Store.open(f"sqlite:///{unit / 'tally.db'}")
    stands = standing(store)
    assert folded(StoreLog(store)) == stands
    store.close()
    return stands


def captured(directory: Path) -> int:
    """Count the change events at both registries."""
    stores = [Store.open(f"sqlite:///{directory / name / 'tally.db'}") for name in ("north", "south")]
    return sum(
        StoreLog(store).end(f"{name}.public.person") for name, store in zip(("north", "south"), stores, strict=True)
    )
