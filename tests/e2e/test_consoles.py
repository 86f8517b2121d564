"""The consoles of a living demo in a real browser, through the TLS doors, with JavaScript and without.

One demo serves the whole module: it takes half a minute to begin, then changes one row a second.
"""

import re
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect
from tests.vocabulary.browser import chromium
from tests.vocabulary.waiting_demo import WaitingDemo, waiting_demo

PEOPLE = 300
PAGES = {
    "north": ("/overview", "/matches", "/capture", "/operations/health", "/operations/access", "/operations/audit"),
    "south": ("/overview", "/matches", "/capture"),
    "unit": ("/overview", "/linkages", "/linkages/people", "/linkages/people/matches", "/files", "/models"),
}
EVERY_PAGE = [(name, path) for name, paths in PAGES.items() for path in paths]
SOON_MS = 15_000
RESTART_MS = 90_000  # a door that was killed comes back in five seconds, on a busy machine in many more


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WaitingDemo]:
    with waiting_demo(tmp_path_factory.mktemp("consoles") / "demo", people=PEOPLE, changes=6) as running:
        yield running


@pytest.fixture(scope="module")
def browser(demo: WaitingDemo) -> Iterator[Browser]:
    with chromium(believed=demo.keys) as started:
        yield started


class Visitor:
    """Somebody who is logged in at one door, and notices whatever a page does that it should not."""

    def __init__(self, door: str, context: BrowserContext) -> None:
        self.door = door
        self.context = context
        self.page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self._watch(request.url))

    def goto(self, path: str) -> Page:
        answer = self.page.goto(self.door + path)
        assert answer is not None
        assert answer.status == 200, path
        return self.page

    def figure(self, label: str) -> int:
        """Read the tile of this label."""
        tile = self.page.locator(".tile", has=self.page.get_by_text(label, exact=True))
        return _number(tile.locator(".figure").inner_text())

    def _watch(self, url: str) -> None:
        if not url.startswith((self.door, "data:")):
            self.complaints.append(f"asks another place: {url}")


class Visits:
    """Opens pages at doors, each in a session of its own kind that stays open for the module."""

    def __init__(self, demo: WaitingDemo, browser: Browser) -> None:
        self._demo = demo
        self._browser = browser
        self._sessions: dict[str, StorageState] = {}
        self._contexts: dict[tuple[str, bool], BrowserContext] = {}
        self._visitors: list[Visitor] = []

    def __call__(self, name: str, *, scripts: bool = True) -> Visitor:
        """Come to a door."""
        if (name, scripts) not in self._contexts:
            session = self._sessions.get(name) or self._logged_in(name)
            self._contexts[name, scripts] = self._browser.new_context(
                java_script_enabled=scripts, storage_state=session
            )
        self._visitors.append(Visitor(self._demo.door(name), self._contexts[name, scripts]))
        return self._visitors[-1]

    def end(self) -> None:
        """Leave; nobody may have had anything to complain about."""
        for visitor in self._visitors:
            visitor.page.close()
        complaints = [said for visitor in self._visitors for said in visitor.complaints]
        self._visitors.clear()
        assert complaints == []

    def _logged_in(self, name: str) -> StorageState:
        context = self._browser.new_context()
        page = context.new_page()
        page.goto(self._demo.link(name))
        page.get_by_role("button", name="Open the console").click()
        expect(page.get_by_role("navigation", name="Console")).to_be_visible()
        self._sessions[name] = context.storage_state()
        context.close()
        return self._sessions[name]


@pytest.fixture(scope="module")
def visits(demo: WaitingDemo, browser: Browser) -> Visits:
    return Visits(demo, browser)


@pytest.fixture
def visit(visits: Visits) -> Iterator[Visits]:
    yield visits
    visits.end()


def test_norths_link_comes_first_and_opens_once_on_its_matches(demo: WaitingDemo, browser: Browser) -> None:
    assert list(demo.links)[-1] == "north"  # read from the end, so the first shown is the last
    page = browser.new_page()
    for _ in range(2):
        page.goto(demo.links["north"])
        expect(page.get_by_role("button", name="Open the console")).to_be_visible()
    page.get_by_role("button", name="Open the console").click()
    expect(page).to_have_url(f"{demo.door('north')}/matches")
    own, other, score, verdict, *_ = page.locator("tbody tr").first.locator("td").all_inner_texts()
    assert re.search(r"[a-z]", own)
    assert re.fullmatch(r"South\s+[0-9a-f]{12}", other)
    assert 0.7 <= float(score) <= 1
    assert verdict in {"accepted", "confirmed", "rejected", "pending"}
    again = browser.new_page()
    again.goto(demo.links["north"])
    again.get_by_role("button", name="Open the console").click()
    expect(again.get_by_text("this login link has been used already; make a fresh one")).to_be_visible()
    again.context.close()
    page.context.close()


@pytest.mark.parametrize(("name", "path"), EVERY_PAGE)
def test_every_page_is_whole_without_scripts(visit: Visits, name: str, path: str) -> None:
    page = visit(name, scripts=False).goto(path)
    expect(page.get_by_role("main").get_by_role("heading", level=1)).to_have_count(1)
    expect(page.locator("main :is(.tiles, table, .empty)").first).to_be_visible()


@pytest.mark.parametrize(("name", "path"), EVERY_PAGE)
def test_every_page_fits_a_phone_and_reads_without_being_seen(visit: Visits, name: str, path: str) -> None:
    page = visit(name).goto(path)
    expect(page.get_by_role("navigation", name="Console")).to_be_visible()
    levels = page.eval_on_selector_all("main :is(h1, h2, h3, h4)", "all => all.map(each => Number(each.tagName[1]))")
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))
    assert page.locator("table:not(:has(thead th[scope=col]), :has(caption))").count() == 0
    unnamed = "all => all.filter(each => !each.labels.length && !each.getAttribute('aria-label')).length"
    assert page.eval_on_selector_all("input:not([type=hidden])", unnamed) == 0
    told = "all => all.map(each => each.getAttribute('aria-label') || each.querySelector('title')?.textContent)"
    assert all(page.eval_on_selector_all("svg[role=img]", told))
    assert page.locator("svg:not([role=img], [aria-hidden=true])").count() == 0
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_figures_are_those_of_the_stores_without_scripts(demo: WaitingDemo, visit: Visits) -> None:
    unit, north = visit("unit", scripts=False), visit("north", scripts=False)
    api = visit("unit").goto("/overview")
    with demo.still():
        status = api.evaluate("fetch('/v1/linkages/people').then(answer => answer.json())")
        matches = sum(status["matches"].values())
        page = unit.goto("/overview")
        assert unit.figure("Records") == sum(party["records"] for party in status["parties"])
        assert unit.figure("Candidates") == status["candidates"]
        assert unit.figure("Matches") == matches
        rows = page.get_by_role("region", name="Parties").locator("tbody tr")
        assert [_number(row.locator(".number").first.inner_text()) for row in rows.all()] == [
            party["records"] for party in status["parties"]
        ]
        caption = page.locator("figcaption", has_text="candidates").inner_text()
        assert [_number(text) for text in re.findall(r"([\d\u2009]+) (?:candidates|matches)", caption)] == [
            status["candidates"],
            matches,
        ]
        for verdict, link in zip(("accepted", "confirmed"), page.locator(".verdicts li").all(), strict=False):
            assert _number(link.inner_text().split()[-1]) == status["matches"].get(verdict, 0)
        known = page.locator(".panel", has=page.get_by_role("heading", name="Known files"))
        assert _number(known.locator("dd").first.inner_text()) == demo.known_files() > 0
        running = demo.processes("unit")
        expect(page.get_by_text(f"{running} of {running} processes")).to_be_visible()
        page = north.goto("/overview")
        assert north.figure("People") == demo.people("north")
        assert north.figure("Matches") == matches
        page = north.goto("/matches?verdict=confirmed")
        assert (
            _number(page.locator(".filters [aria-current]").inner_text().split()[-1]) == status["matches"]["confirmed"]
        )


def test_a_change_shows_without_a_reload(visit: Visits) -> None:
    north, unit = visit("north"), visit("unit")
    latest = {}
    for visitor, path in ((north, "/matches"), (unit, "/overview")):
        page = visitor.goto(path)
        page.evaluate("window.sameDocument = true")
        latest[path] = page.locator(".cards tbody tr code").first.get_attribute("title")
    for visitor, path in ((north, "/matches"), (unit, "/overview")):
        newest = visitor.page.locator(".cards tbody tr code").first
        expect(newest).not_to_have_attribute("title", latest[path] or "", timeout=SOON_MS)
        assert visitor.page.evaluate("window.sameDocument")
    counted = north.goto("/overview").locator(".tile", has_text="Change events").locator(".figure")
    expect(counted).not_to_have_text(counted.inner_text(), timeout=SOON_MS)
    rate = unit.page.locator("svg.rate g.beat")
    expect(rate.first).to_be_attached(timeout=SOON_MS)


def test_what_is_opened_or_selected_stays_while_the_page_updates(visit: Visits) -> None:
    page = visit("unit").goto("/overview")
    page.locator("summary").first.click()
    page.locator("h1").click()
    _updated(page)
    expect(page.locator("details").first).to_have_attribute("open", "")
    page.locator(".figure").first.select_text()
    chosen = page.evaluate("getSelection().toString()")
    page.wait_for_timeout(2500)
    assert page.evaluate("getSelection().toString()") == chosen


def test_each_chart_stands_as_a_table_beside_it(visit: Visits) -> None:
    page = visit("unit", scripts=False).goto("/linkages/people")
    for figure, piece in (("svg.histogram", "g.bar"), ("svg.rate", "g.beat")):
        chart = page.locator("figure", has=page.locator(figure))
        chart.locator("summary").click()
        assert chart.locator("svg desc").text_content()
        expect(chart.locator("tbody tr")).to_have_count(chart.locator(piece).count())


def test_the_keyboard_goes_past_the_navigation(visit: Visits) -> None:
    page = visit("north").goto("/matches")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_a_closed_door_is_told_with_its_time_and_forgotten_when_it_opens(demo: WaitingDemo, visit: Visits) -> None:
    page = visit("north").goto("/overview")
    unit = page.locator(".way li", has_text="Unit")
    expect(unit).to_contain_text("connected")
    before = time.time()
    with demo.closed_door("unit"):
        expect(unit).to_contain_text("not connected", timeout=SOON_MS)
        since = page.evaluate("Date.parse(document.querySelector('.way time').dateTime) / 1000")
        assert before - 1 <= since <= time.time()
        expect(page.get_by_role("alert")).to_contain_text("unit.localhost")
    expect(unit).not_to_contain_text("not connected", timeout=RESTART_MS)


def _number(text: str) -> int:
    return int(text.replace("\u2009", ""))


def _updated(page: Page) -> None:
    """Wait until the live part was fetched once more."""
    with page.expect_response(lambda answer: answer.url == page.url):
        pass
    page.wait_for_timeout(100)
