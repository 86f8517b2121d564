"""The pages that every console has."""

from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from tallystick.platform.auth import Authenticator, Certificates, Logins, Tokens
from tallystick.platform.http import EVERYONE, application
from tallystick.platform.store import Store
from tallystick.platform.web import console, operations_pages


@pytest.fixture
def browser(store: Store, tmp_path: Path) -> TestClient:
    checks = {"store": lambda: None, "log": lambda: "no topics"}
    pages = operations_pages(store, tmp_path, checks)
    return TestClient(application("North", [console("North", pages, Logins(store))], auth=EVERYONE))


def test_health_shows_every_check(browser: TestClient) -> None:
    page = browser.get("/operations/health").text
    assert "No supervisor runs here" in page
    assert "no topics" in page


def test_access_shows_grants_without_their_secrets(browser: TestClient, store: Store) -> None:
    issued = Tokens(store).issue("south", ["linkage:upload"])
    Certificates(store).grant("AB:12", "east", ["linkage:read"])
    page = browser.get("/operations/access").text
    assert issued.id in page
    assert issued.text.reveal() not in page
    assert "ab12" in page


@pytest.mark.parametrize("page", [0, 1_000_000_001, 999_999_999_999_999_999])
def test_a_page_that_no_table_has_is_refused(browser: TestClient, page: int) -> None:
    assert browser.get("/operations/audit", params={"page": page}).status_code == 400


def test_the_last_page_that_may_be_asked_for_is_shown(browser: TestClient) -> None:
    assert browser.get("/operations/audit", params={"page": 1_000_000_000}).status_code == 200


def test_the_audit_is_shown_in_pages(browser: TestClient, store: Store) -> None:
    for number in range(60):
        Tokens(store).issue(f"party{number}", ["*"])
    assert "party59" in browser.get("/operations/audit").text
    last = browser.get("/operations/audit?page=2").text
    assert "party0" in last
    assert "party59" not in last


def test_the_audit_says_whether_it_is_whole(browser: TestClient, store: Store) -> None:
    Tokens(store).issue("south", ["*"])
    assert "every entry follows" in browser.get("/operations/audit?verify=true").text
    with store.write() as connection:
        connection.execute(text("DROP TRIGGER auth_audit_UPDATE"))
        connection.execute(text("UPDATE auth_audit SET actor = 'nobody'"))
    assert "is not what was written" in browser.get("/operations/audit?verify=true").text


def test_access_needs_its_own_right(store: Store, tmp_path: Path) -> None:
    pages = operations_pages(store, tmp_path, {})
    app = application("North", [console("North", pages, Logins(store))], auth=Authenticator(store))
    token = Tokens(store).issue("south", ["console:read"]).text.reveal()
    client = TestClient(app, headers={"authorization": f"Bearer {token}"})
    assert client.get("/operations/health").status_code == 200
    assert client.get("/operations/access").status_code == 403
