"""`tally CAPABILITY serve`: each of the five alone, in its reference's place."""

import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from tests.vocabulary.organisations import TALLY, free_port
from tests.vocabulary.processes import eventually

FIRST_QUESTIONS: dict[str, tuple[str, Any]] = {
    "linkage": ("/api/v1/status", {"status": "ok"}),
    "capture": ("/connectors", []),
    "inference": ("/v2/health/live", {"live": True}),
    "catalog": ("/info", {}),
}
every_capability = pytest.mark.parametrize("capability", FIRST_QUESTIONS)


@contextmanager
def serving(capability: str, folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """Serve a capability until the block ends, or ended it itself."""
    words = ["serve", "--listen", f"127.0.0.1:{port}", "--data-dir", str(folder)]
    with subprocess.Popen([*TALLY, capability, *words], stdout=subprocess.PIPE, text=True) as server:
        try:
            yield server
        finally:
            server.kill()


def answer(port: int, path: str) -> list[Any]:
    """Ask once; give the answer, or nothing while nobody listens."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    with closing(connection):
        try:
            connection.request("GET", path)
        except ConnectionRefusedError:
            return []
        return [json.loads(connection.getresponse().read())]


@every_capability
def test_it_says_where_it_answers_and_ends_in_order(capability: str, tmp_path: Path) -> None:
    path, expected = FIRST_QUESTIONS[capability]
    port = free_port()
    with serving(capability, tmp_path / "data", port) as server:
        assert server.stdout is not None
        assert f"127.0.0.1:{port}" in server.stdout.readline()
        [told] = eventually(lambda: answer(port, path), 30)
        assert told == expected or {**told, **expected} == told
        server.terminate()
        assert server.wait(20) == 0
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


@every_capability
def test_a_taken_address_is_named(capability: str, tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        refused = run(capability, "--listen", address, "--data-dir", str(tmp_path / "data"))
    assert (refused.returncode, address in refused.stderr) == (1, True)
    assert "stop it or choose another address" in refused.stderr


@every_capability
def test_an_address_that_is_none_is_named(capability: str, tmp_path: Path) -> None:
    listen = "127.0.0.1:99999"
    refused = run(capability, "--listen", listen, "--data-dir", str(tmp_path / "data"))
    assert (refused.returncode, listen in refused.stderr) == (1, True)


@every_capability
def test_a_data_directory_that_cannot_be_made_is_named(capability: str) -> None:
    refused = run(capability, "--listen", f"127.0.0.1:{free_port()}", "--data-dir", "/proc/none")
    assert (refused.returncode, "/proc/none" in refused.stderr) == (1, True)


def run(capability: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Serve what ends by itself, without a traceback."""
    done = subprocess.run([*TALLY, capability, "serve", *words], capture_output=True, text=True, timeout=60)
    assert "Traceback" not in done.stderr, done.stderr
    return done
