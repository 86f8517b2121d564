import contextlib
import socket
import threading
import time

import pytest
from tests.vocabulary.doors import Site, Telling, ending_backend, raw_backend


def unused_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"127.0.0.1:{free.getsockname()[1]}"


def test_the_proxy_line_comes_first_and_once(site: Site, echo: Telling) -> None:
    with site.serve("n.test", backends=echo.address, mode="tcp", proxy_line="v1").open():
        stream = site.connect("n.test")
        port = stream.getsockname()[1]
        stream.sendall(b"data")
        assert stream.recv(10) == b"data"
        stream.close()
    door = site.address.rpartition(":")[2]
    assert echo.first_lines == [f"PROXY TCP4 127.0.0.1 127.0.0.1 {port} {door}\r\n".encode()]


def test_the_proxy_line_of_a_door_to_every_address_names_the_one_that_was_chosen(site: Site, echo: Telling) -> None:
    site.listen = "[::]:0"
    with site.serve("n.test", backends=echo.address, mode="tcp", proxy_line="v1").open():
        door = site.address.rpartition(":")[2]
        site.address = f"127.0.0.1:{door}"
        stream = site.connect("n.test")
        port = stream.getsockname()[1]
        stream.sendall(b"data")
        assert stream.recv(10) == b"data"
        stream.close()
    assert echo.first_lines == [f"PROXY TCP4 127.0.0.1 127.0.0.1 {port} {door}\r\n".encode()]


def test_backends_take_turns(site: Site) -> None:
    greetings = []
    with raw_backend(b"one\n") as one, raw_backend(b"two\n") as two:
        site.serve("n.test", backends=[one.address, two.address], mode="tcp")
        with site.open():
            for _ in range(4):
                with site.connect("n.test") as stream:
                    stream.sendall(b"hello\n")
                    greetings.append(stream.recv(10))
    assert greetings == [b"one\n", b"two\n"] * 2


def test_a_dead_backend_costs_nobody_a_connection(site: Site, echo: Telling) -> None:
    site.serve("n.test", backends=[unused_address(), echo.address], mode="tcp", retry_interval_ms=10)
    with site.open() as edge:
        for _ in range(4):
            with site.connect("n.test") as stream:
                stream.sendall(b"\nhello")
                assert stream.recv(10) == b"hello"
        assert "backend_connect_failures_total 4\n" in edge.metrics()


def test_a_slow_reader_stops_the_backend_and_loses_nothing(site: Site, echo: Telling) -> None:
    sent = bytes(range(256)) * (32 << 10)
    with site.serve("n.test", backends=echo.address, mode="tcp").open():
        stream = site.connect("n.test")
        writer = threading.Thread(target=stream.sendall, args=(b"\n" + sent,))
        writer.start()
        time.sleep(0.3)
        received = bytearray()
        while len(received) < len(sent):
            received += stream.recv(1 << 16)
        writer.join()
        assert received == sent
        stream.close()


def test_silence_ends_a_connection(site: Site, echo: Telling) -> None:
    with site.serve("n.test", backends=echo.address, mode="tcp").bound(idle_ms=200).open() as edge:
        with site.connect("n.test") as stream:
            assert stream.recv(1) == b""
        assert 'cut_total{reason="idle"} 1\n' in edge.metrics()


@pytest.mark.parametrize("half_open", [True, False])
def test_a_client_may_go_on_after_its_backend_if_so_set(site: Site, half_open: bool) -> None:
    site.half_open = half_open
    with ending_backend() as backend, site.serve("n.test", backends=backend.address, mode="tcp").open():
        stream = site.connect("n.test")
        stream.sendall(b"first\n")
        assert stream.recv(10) == b"bye"
        assert stream.recv(10) == b""
        with contextlib.suppress(OSError):
            stream.sendall(b"second\n")
        wanted = [b"first\n", b"second\n"] if half_open else [b"first\n", b""]
        deadline = time.monotonic() + 5
        while len(backend.first_lines) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert backend.first_lines == wanted
        stream.close()
