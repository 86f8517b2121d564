"""The console as a browser meets it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tallystick.platform.auth import Authenticator, Logins
from tallystick.platform.http import Request, Route, Routes, application
from tallystick.platform.store import Store
from tallystick.platform.web import Page, console

MATCHES = """{% extends "platform/web/layout.html" %}
{% from "platform/web/components.html" import live, empty, badge with context %}
{% block content %}{% call live("rows", 2) %}<p>{{ name }}</p>{{ badge("live", "good") }}{% endcall %}{% endblock %}"""
BROWSER = {"accept": "text/html"}


def people(request: Request[Any]) -> Mapping[str, object]:
    return {"name": "<Ann>", "title": "Matches of today"}


def broken(request: Request[Any]) -> Mapping[str, object]:
    raise RuntimeError("hunter2")


PAGES = [
    Page("/matches", "Matches", "matches.html", people, label="Matches", section="Linkage"),
    Page("/matches/{key}", "A match", "matches.html", people),
    Page("/broken", "Broken", "matches.html", broken, label="Broken", section="Operations"),
    Page("/secret", "Secret", "matches.html", people, label="Secret", scope="console:secret"),
]


@pytest.fixture
def browser(store: Store, tmp_path: Path) -> TestClient:
    (tmp_path / "matches.html").write_text(MATCHES)
    routes: Routes = [
        console("North", PAGES, Logins(store), templates=[tmp_path]),
        Route("GET", "/api/people", lambda _: [], scope="people:read"),
    ]
    app = application("North", routes, auth=Authenticator(store))
    return TestClient(app, headers=BROWSER, raise_server_exceptions=False, follow_redirects=False)


@pytest.fixture
def inside(browser: TestClient, store: Store) -> TestClient:
    link = Logins(store).issue("ann", ["console:read"]).reveal()
    assert browser.post(f"/login/{link}").status_code == 303
    return browser


def test_a_page_is_whole(inside: TestClient) -> None:
    page = inside.get("/matches")
    assert page.status_code == 200
    assert "<h1>Matches of today</h1>" in page.text
    assert "&lt;Ann&gt;" in page.text
    assert 'hx-select="#rows"' in page.text


def test_navigation_marks_the_page_and_hides_what_is_not_allowed(inside: TestClient) -> None:
    page = inside.get("/matches/k1").text
    assert '<a href="/matches" aria-current="page">' in page
    assert "/broken" in page
    assert "/secret" not in page


def test_the_first_page_is_the_home(inside: TestClient) -> None:
    assert inside.get("/").headers["location"] == "/matches"


def test_a_page_keeps_to_itself(inside: TestClient) -> None:
    headers = inside.get("/matches").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [("/nowhere", 404, "Not Found"), ("/secret", 403, "Forbidden"), ("/broken", 500, "Internal Server Error")],
)
def test_a_problem_is_a_page(inside: TestClient, path: str, status: int, title: str) -> None:
    page = inside.get(path)
    assert page.status_code == status
    assert f"<h1>{title}</h1>" in page.text
    assert "hunter2" not in page.text


def test_a_problem_is_json_for_programs(browser: TestClient) -> None:
    answer = browser.get("/api/people", headers={"accept": "*/*"})
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


def test_a_stranger_is_told_how_to_log_in(browser: TestClient) -> None:
    page = browser.get("/matches")
    assert page.status_code == 401
    assert "tally login-link" in page.text


def test_opening_a_link_consumes_nothing(browser: TestClient, store: Store) -> None:
    link = Logins(store).issue("ann", ["console:read"]).reveal()
    for _ in range(2):
        assert "<button" in browser.get(f"/login/{link}").text
    assert browser.post(f"/login/{link}").headers["location"] == "/"
    assert browser.post(f"/login/{link}").status_code == 401


def test_the_cookie_is_kept_from_scripts_and_other_sites(browser: TestClient, store: Store) -> None:
    link = Logins(store).issue("ann", ["console:read"]).reveal()
    cookie = browser.post(f"/login/{link}").headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/matches/k1?page=2", "/matches/k1?page=2"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\e", "/"),
    ],
)
def test_a_link_leads_to_a_page_of_ours(browser: TestClient, store: Store, asked: str, given: str) -> None:
    link = Logins(store).issue("ann", ["console:read"]).reveal()
    assert browser.post(f"/login/{link}", params={"next": asked}).headers["location"] == given


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}])
def test_another_site_s_page_logs_nobody_in_or_out(inside: TestClient, store: Store, headers: dict[str, str]) -> None:
    link = Logins(store).issue("eve", ["console:read"]).reveal()
    assert inside.post(f"/login/{link}", headers=headers).status_code == 403
    assert inside.post("/logout", headers=headers).status_code == 403
    assert inside.get("/matches").status_code == 200
    assert inside.post(f"/login/{link}").status_code == 303


def test_logging_out_ends_the_session(inside: TestClient) -> None:
    inside.post("/logout")
    assert inside.get("/matches").status_code == 401


def test_assets_are_kept_by_their_content(browser: TestClient) -> None:
    first = browser.get("/static/console.css")
    again = browser.get("/static/console.css", headers={"if-none-match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)


@pytest.mark.parametrize("name", ["nothing.css", "..%2Fconsole.py", "console.py", "%2e%2e"])
def test_only_assets_are_answered(browser: TestClient, name: str) -> None:
    assert browser.get(f"/static/{name}").status_code == 404
