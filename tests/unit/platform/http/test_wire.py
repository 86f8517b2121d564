"""What a connection takes for a request."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.vocabulary.serving import served

from tallystick.platform.http import BodyStream, Request, Route, application

SECOND = b"GET /whole HTTP/1.1\r\nHost: a\r\nX-Tallystick-Client-Identity: forged\r\n\r\n"
UPGRADE = b"Connection: Upgrade\r\nUpgrade: foo\r\n"


class Counting:
    def __init__(self) -> None:
        self.paths: list[str] = []

    def __call__(self, request: Request[Any]) -> str:
        self.paths.append(f"{request.method} {request.path}")
        return "done"


@pytest.fixture
def seen() -> Counting:
    return Counting()


@pytest.fixture
def listener(seen: Counting, tmp_path: Path) -> Iterator[Path]:
    routes = [Route("POST", "/streamed", seen, request=BodyStream), Route("GET", "/whole", seen)]
    with served(application("sample", routes), tmp_path / "api.sock", behind_edge=True):
        yield tmp_path / "api.sock"


def told(listener: Path, *parts: bytes, pause_s: float = 0.1) -> bytes:
    """Send `parts` with a pause between them, and read until the other side closes."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(listener))
        answer = b""
        for number, part in enumerate(parts):
            time.sleep(pause_s if number else 0)
            try:
                connection.sendall(part)
            except BrokenPipeError:
                break
        try:
            while data := connection.recv(65536):
                answer += data
        except ConnectionResetError:
            pass
        return answer


@pytest.mark.parametrize("length", [b"Content-Length: %d\r\n" % len(SECOND), b"Transfer-Encoding: chunked\r\n"])
@pytest.mark.parametrize("split", [False, True])
def test_the_body_of_a_request_that_asks_for_another_protocol_is_no_request(
    listener: Path, seen: Counting, length: bytes, split: bool
) -> None:
    head = b"POST /streamed HTTP/1.1\r\nHost: a\r\n" + UPGRADE + length + b"\r\n"
    answer = told(listener, *((head, SECOND) if split else (head + SECOND,)))
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert seen.paths == []


@pytest.mark.parametrize("split", [False, True])
def test_a_request_that_asks_for_another_protocol_is_answered_and_is_the_last(
    listener: Path, seen: Counting, split: bool
) -> None:
    head = b"GET /whole HTTP/1.1\r\nHost: a\r\n" + UPGRADE + b"\r\n"
    answer = told(listener, *((head, SECOND) if split else (head + SECOND,)))
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert seen.paths == ["GET /whole"]
