"""What an application takes from all of its clients together, and that it answers meanwhile."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.vocabulary.serving import served

from tallystick.platform.auth import Principal
from tallystick.platform.http import BodyStream, Bounds, Request, Route, application

BOUNDS = Bounds(body=1000, held=1500, uploads=3, stall_s=1.0)


def measure(request: Request[BodyStream]) -> int:
    return sum(len(chunk) for chunk in request.stream)


def size(request: Request[bytes]) -> int:
    return len(request.body)


class Knowing:
    def identify(self, _: Request[Any]) -> Principal:
        return Principal(name="ann", scopes=frozenset({"*"}), how="token")


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[Path]:
    routes = [
        Route("PUT", "/measure", measure, request=BodyStream),
        Route("PUT", "/whole", size, request=bytes, scope="people:write"),
        Route("PUT", "/open", size, request=bytes),
        Route("GET", "/page", lambda _: "seen", scope="console:read"),
    ]
    with served(application("sample", routes, auth=Knowing(), bounds=BOUNDS), tmp_path / "api.sock"):
        yield tmp_path / "api.sock"


@contextmanager
def began(listener: Path, path: str, sent: int, announced: int) -> Iterator[socket.socket]:
    """Send the beginning of a body, and nothing more."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(listener))
        head = f"PUT {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {announced}\r\n\r\n"
        connection.sendall(head.encode() + bytes(sent))
        yield connection


def asked(listener: Path, method: str, path: str, **options: Any) -> httpx2.Response:
    with httpx2.Client(transport=httpx2.HTTPTransport(uds=str(listener)), timeout=5) as client:
        return client.request(method, f"http://api{path}", **options)


def test_all_bodies_together_are_bounded(listener: Path) -> None:
    with began(listener, "/whole", 900, 1000):
        time.sleep(0.2)
        full = asked(listener, "PUT", "/whole", content=bytes(800))
        assert (full.status_code, full.headers["retry-after"]) == (503, "5")
        assert asked(listener, "PUT", "/whole", content=bytes(100)).json() == 100
    time.sleep(0.2)
    assert asked(listener, "PUT", "/whole", content=bytes(800)).json() == 800


def test_who_shows_no_token_keeps_nobody_else_out(listener: Path) -> None:
    with began(listener, "/open", 900, 1000):
        time.sleep(0.2)
        assert asked(listener, "PUT", "/open", content=bytes(800)).status_code == 503
        assert asked(listener, "PUT", "/whole", content=bytes(1000)).json() == 1000


@pytest.mark.parametrize("path", ["/whole", "/measure"])
def test_a_body_that_stalls_ends(listener: Path, path: str) -> None:
    with began(listener, path, 900, 1000) as connection:
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 408")


def test_slow_uploads_keep_nobody_else_waiting(listener: Path) -> None:
    with ExitStack() as stack:
        for _ in range(BOUNDS.uploads):
            stack.enter_context(began(listener, "/measure", 10, 1000))
        time.sleep(0.2)
        full = asked(listener, "PUT", "/measure", content=b"x")
        assert (full.status_code, full.headers["retry-after"]) == (503, "5")
        assert asked(listener, "GET", "/page").json() == "seen"
        assert asked(listener, "PUT", "/whole", content=b"x").json() == 1
    time.sleep(0.2)
    assert asked(listener, "PUT", "/measure", content=b"x").json() == 1


def test_health_is_answered_however_busy_the_others_are(tmp_path: Path) -> None:
    routes = [Route("GET", "/slow", lambda _: time.sleep(1.5))]
    with served(application("sample", routes), tmp_path / "api.sock"), ExitStack() as stack:
        for _ in range(60):
            connection = stack.enter_context(socket.socket(socket.AF_UNIX))
            connection.connect(str(tmp_path / "api.sock"))
            connection.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.2)
        begun = time.monotonic()
        assert asked(tmp_path / "api.sock", "GET", "/health/ready").status_code == 200
        assert time.monotonic() - begun < 1.0
