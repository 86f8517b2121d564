"""Whom an application believes, and what its log keeps to itself."""

import io
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import structlog
from tests.vocabulary.serving import served

from tallystick.platform.auth import Authenticator, Certificates, Tokens
from tallystick.platform.http import Application, Request, Route, application
from tallystick.platform.store import Store
from tallystick.platform.telemetry import configure

IDENTITY = {"x-tallystick-client-identity": '{"subject":"CN=north","sans":[],"sha256":"ab12"}'}


def fail(request: Request[Any]) -> None:
    raise RuntimeError(f"cannot read {request.headers['authorization']}")


@pytest.fixture
def app(store: Store) -> Application:
    Certificates(store).grant("ab12", "north", ["people:read"])
    routes = [
        Route("GET", "/mine", lambda request: request.principal.name, scope="people:read"),
        Route("GET", "/people/{name}", fail, scope="people:read"),
    ]
    return application("sample", routes, auth=Authenticator(store))


def asked(address: str, socket: Path | None = None) -> httpx2.Response:
    transport = httpx2.HTTPTransport(uds=str(socket)) if socket else None
    with httpx2.Client(transport=transport) as client:
        return client.get(f"{address}/mine", headers=IDENTITY)


def test_a_certificate_s_identity_is_believed_on_the_edge_s_socket(app: Application, tmp_path: Path) -> None:
    with served(app, tmp_path / "api.sock", behind_edge=True):
        assert asked("http://api", tmp_path / "api.sock").json() == "north"


def test_it_is_believed_on_no_other_socket(app: Application, tmp_path: Path) -> None:
    with served(app, tmp_path / "api.sock"):
        assert asked("http://api", tmp_path / "api.sock").status_code == 401


def test_it_is_not_believed_over_tcp(app: Application) -> None:
    with served(app) as address:
        assert asked(address).status_code == 401


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    configure("json", level="DEBUG")
    yield written
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_no_secret_and_no_identity_reaches_the_log(app: Application, store: Store, log: io.StringIO) -> None:
    token = Tokens(store).issue("north", ["people:read"]).text.reveal()
    headers = {"authorization": f"Bearer {token}", "cookie": "tally_session=planted-cookie"}
    with served(app) as address:
        for path in ("/people/Plantagenet?born=Planted-1485", "/nowhere/Plantagenet", "/mine"):
            httpx2.get(address + path, headers=headers)
    lines = log.getvalue()
    assert "failed" in lines
    assert "answered" in lines
    for planted in (token.rpartition("_")[2], "planted-cookie", "Plantagenet", "Planted-1485"):
        assert planted not in lines
