"""The console's shell in a real browser, with JavaScript and without."""

import time
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.vocabulary.browser import chromium
from tests.vocabulary.serving import served

from tallystick.platform.auth import Authenticator, Logins
from tallystick.platform.http import Request, application
from tallystick.platform.store import Store
from tallystick.platform.web import Histogram, Rate, Zone, console, operations_pages
from tallystick.platform.web import Page as ConsolePage

SCORES = """{% extends "platform/web/layout.html" %}
{% from "platform/web/components.html" import histogram, live, panel, rate with context %}
{% block content %}
{% call live("figures", 1) %}<output>{{ number }}</output>{% endcall %}
{% call panel("Scores") %}{{ histogram(chart, "Scores") }}{% endcall %}
{% call panel("Rate") %}{{ rate(changes, "Changes") }}{% endcall %}
{% endblock %}"""
seen = count(1)


def scores(_: Request[Any]) -> Mapping[str, object]:
    now = time.time_ns() // 1_000_000
    return {
        "number": next(seen),
        "chart": Histogram([0.5, 0.6, 0.7, 0.8], [90, 40, 10], threshold=0.7, zone=Zone(0.72, 0.78)),
        "changes": Rate([5, 15, 10], end_ms=now, interval_ms=5000),
    }


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def address(store: Store, tmp_path: Path) -> Iterator[str]:
    (tmp_path / "scores.html").write_text(SCORES)
    pages = [
        ConsolePage("/scores", "Scores", "scores.html", scores, label="Scores", section="Linkage"),
        *operations_pages(store, tmp_path, {"store": lambda: None}),
    ]
    app = application(
        "North", [console("North", pages, Logins(store), templates=[tmp_path])], auth=Authenticator(store)
    )
    with served(app) as at:
        yield at


@pytest.fixture
def link(address: str, store: Store) -> str:
    return f"{address}/login/{Logins(store).issue('ann', ['*']).reveal()}"


def opened(browser: Browser, link: str, *, scripts: bool) -> tuple[Page, list[str]]:
    page = browser.new_context(java_script_enabled=scripts).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(link)
    page.get_by_role("button", name="Open the console").click()
    expect(page.get_by_role("heading", name="Scores", level=1)).to_be_visible()
    return page, complaints


def test_a_page_updates_itself_and_breaks_no_policy(browser: Browser, link: str) -> None:
    page, complaints = opened(browser, link, scripts=True)
    before = int(page.locator("output").inner_text())
    expect(page.locator("output")).not_to_have_text(str(before), timeout=5000)
    assert complaints == []


def test_a_page_is_whole_without_scripts(browser: Browser, link: str) -> None:
    page, _ = opened(browser, link, scripts=False)
    expect(page.locator("svg.histogram g.bar")).to_have_count(3)
    expect(page.get_by_text("threshold 0.7", exact=True)).to_be_visible()
    expect(page.locator("svg.rate g.beat")).to_have_count(3)


def test_a_person_walks_through_the_console(browser: Browser, link: str) -> None:
    page, complaints = opened(browser, link, scripts=True)
    for name in ("Health", "Access", "Audit"):
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    expect(page.get_by_role("cell", name="login", exact=True)).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("tally login-link")).to_be_visible()
    assert complaints == []


def test_a_used_link_says_so(browser: Browser, link: str) -> None:
    opened(browser, link, scripts=True)
    page = browser.new_context().new_page()
    page.goto(link)
    page.get_by_role("button", name="Open the console").click()
    expect(page.get_by_text("has been used already")).to_be_visible()
