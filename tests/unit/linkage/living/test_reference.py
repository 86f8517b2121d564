"""The reference page names every path, and no other."""

import re
from pathlib import Path

from tests.vocabulary.living import Unit

from tallystick.linkage.adapters.contact_store import ContactStore
from tallystick.linkage.adapters.linker_store import LinkerStore
from tallystick.linkage.adapters.living_store import LivingStore
from tallystick.linkage.living.http import living_routes
from tallystick.linkage.living.overview import Overview
from tallystick.linkage.living.settings import LivingSettings
from tallystick.platform.http import Route

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "living-linkages.md"
TABLED = re.compile(r"`(GET|PUT|POST|DELETE) ([^`?]+)[^`]*`(?= \||, `)")


def test_the_page_names_every_route(tmp_path: Path) -> None:
    unit = Unit.at(tmp_path)
    contacts = ContactStore(unit.store)
    overview = Overview(LivingStore(unit.store), LinkerStore(unit.store), contacts)
    group = living_routes(unit.service, overview, contacts, LivingSettings())
    served = {(route.method, _ending(group.prefix + route.path)) for route in group.routes if isinstance(route, Route)}
    named = {(method, _ending(path)) for method, path in TABLED.findall(PAGE.read_text())}
    assert named == served


def _ending(path: str) -> str:
    """Tell paths apart by what follows the part that the page abbreviates."""
    return path.replace(":int", "").removeprefix("/v1/linkages/{linkage}/parties/{party}").removeprefix("...")
