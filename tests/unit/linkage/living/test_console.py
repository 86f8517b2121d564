import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.vocabulary.living import LINKAGE, Unit, bits, change, key_of

from tallystick.linkage.adapters.contact_store import ContactStore
from tallystick.linkage.adapters.linker_store import LinkerStore
from tallystick.linkage.adapters.living_store import LivingStore
from tallystick.linkage.domain.living.linkages import GreyZone
from tallystick.linkage.living.console import _histogram, living_glances, living_pages
from tallystick.linkage.living.overview import Overview
from tallystick.linkage.living.wire import Scores
from tallystick.platform.auth import Logins
from tallystick.platform.http import EVERYONE, application
from tallystick.platform.web import console, overview_page

SILENT_SINCE_MS = 1_700_000_000_000


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    unit = Unit.at(tmp_path).founded()
    unit.send("north", "n1", change("ann", bits(1, 2, 3)))
    unit.send("south", "s1", change("anne", bits(1, 2, 3)))
    unit.complete()
    unit.link()
    ContactStore(unit.store).heard(LINKAGE, "north")
    ContactStore(unit.store, lambda: SILENT_SINCE_MS).heard(LINKAGE, "south")
    overview = Overview(LivingStore(unit.store), LinkerStore(unit.store), ContactStore(unit.store))
    pages = [*living_pages(unit.service, overview), overview_page(living_glances(unit.service, overview))]
    return TestClient(application("unit", [console("Unit", pages, Logins(unit.store))], auth=EVERYONE))


def test_a_linkage_shows_its_parties_scores_and_latest_matches(client: TestClient) -> None:
    page = client.get(f"/linkages/{LINKAGE}").text
    assert "North" in page
    assert "1 candidates, 1 of them matches; threshold" in page
    assert key_of("ann")[:12] in page


def test_the_overview_shows_who_speaks_to_the_unit(client: TestClient) -> None:
    page = client.get("/overview").text
    assert re.search(r"North</th>\s*<td>\s*<span class=\"badge good\">connected<", page)
    since = datetime.fromtimestamp(SILENT_SINCE_MS / 1000, UTC).isoformat()
    south = page[page.index("South</th>") :]
    assert "not connected" in south
    assert f'since <time datetime="{since}"' in south


def test_matches_are_shown_by_verdict(client: TestClient) -> None:
    assert key_of("anne")[:12] in client.get(f"/linkages/{LINKAGE}/matches?verdict=accepted").text
    assert "No match here" in client.get(f"/linkages/{LINKAGE}/matches?verdict=pending").text


def test_every_linkage_is_listed_and_others_are_not_found(client: TestClient) -> None:
    assert f"/linkages/{LINKAGE}" in client.get("/linkages").text
    assert client.get("/linkages/nothing").status_code == 404


def test_the_histogram_leaves_room_for_the_thresholds_name() -> None:
    edges = [place / 200 for place in range(140, 201)]
    chart = _histogram(Scores(0.7, GreyZone(), edges, [2] * 60), [1] * 60)
    assert chart.edges[0] == pytest.approx(0.6)
    assert (chart.total, sum(chart.marked)) == (120, 60)
