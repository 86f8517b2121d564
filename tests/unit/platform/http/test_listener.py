"""How an application listens, and how it stops."""

import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tallystick.platform.http import AddressRefused, AddressTaken, serve
from tallystick.platform.http.listener import bind

SERVER = """
import sys, time
from tallystick.platform.http import Route, application, serve

def slow(request):
    time.sleep(0.5)
    return {"behind_edge": request.behind_edge, "identity": request.headers.get("x-tallystick-client-identity")}

app = application("sample", [Route("GET", "/slow", slow)])
serve(app, listen=sys.argv[1], behind_edge=len(sys.argv) > 2, ready=lambda address: print(address, flush=True))
print("drained", flush=True)
"""
ASK = b"GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Tallystick-Client-Identity: forged\r\n\r\n"


def start(*arguments: str) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen([sys.executable, "-c", SERVER, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    return process, process.stdout.readline().strip()


def read_all(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_request_under_way_is_answered_before_the_end() -> None:
    process, address = start("127.0.0.1:0")
    host, _, port = address.partition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(ASK)
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 200")
    assert b'"identity":null' in answer
    process.communicate(timeout=10)


def test_the_edge_is_believed_on_its_socket(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    process, address = start(str(path), "edge")
    assert address == str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(ASK)
        answer = read_all(connection)
    assert b'"behind_edge":true,"identity":"forged"' in answer
    process.terminate()
    assert process.communicate(timeout=10)[0].endswith("drained\n")
    assert not path.exists()


def test_the_edge_is_believed_on_no_other_listener() -> None:
    with pytest.raises(AddressRefused, match="unix socket alone"):
        serve(lambda *_: None, listen="127.0.0.1:0", behind_edge=True)  # type: ignore[arg-type]


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(AddressTaken, match=address):
            bind(address)


def test_a_socket_in_use_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    with bind(path), pytest.raises(AddressTaken):
        bind(path)


def test_an_abandoned_socket_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    bind(path).close()
    with bind(path):
        assert path.is_socket()


@pytest.mark.parametrize(
    "address", ["8080", "127.0.0.1:http", "127.0.0.1:70000", "198.51.100.1:80", "/no/such/folder/s"]
)
def test_a_wrong_address_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused, match=address):
        bind(address)


def test_a_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    path.write_text("kept")
    with pytest.raises(AddressTaken):
        bind(path)
    assert path.read_text() == "kept"


STREAMING = """
import sys, time
from tallystick.platform.http import Event, Route, application, events, serve

def beats(request):
    def source():
        while not request.draining:
            yield Event({"beat": 1}, name="beat")
            time.sleep(0.02)
    return events(source())

app = application("sample", [Route("GET", "/beats", beats)])
serve(app, listen="127.0.0.1:0", ready=lambda address: print(address, flush=True))
"""


def test_an_endless_stream_ends_when_the_server_drains() -> None:
    process = subprocess.Popen([sys.executable, "-c", STREAMING], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    host, _, port = process.stdout.readline().strip().partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"GET /beats HTTP/1.1\r\nHost: a\r\n\r\n")
        assert b"event: beat\ndata: {" in connection.recv(65536) + connection.recv(65536)
        process.send_signal(signal.SIGTERM)
        assert read_all(connection).endswith(b"0\r\n\r\n")
    assert process.wait(timeout=5) == 0
