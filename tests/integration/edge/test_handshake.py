import os
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.vocabulary.doors import Site, Telling


def proved_name(site: Site, name: str) -> str:
    trust = site.trust()
    trust.check_hostname = False
    with site.connect(name, context=trust) as stream:
        certificate = stream.getpeercert()
    assert certificate
    return str(certificate["subjectAltName"][0][1])


@pytest.fixture
def names(site: Site, backend: Telling) -> Site:
    for name in ("default.test", "north.test", "*.wild.test"):
        site.serve(name, backends=backend.address)
    return site


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("north.test", "north.test"),
        ("NORTH.Test", "north.test"),
        ("a.wild.test", "*.wild.test"),
        ("a.b.wild.test", "default.test"),
        ("unknown.test", "default.test"),
    ],
)
def test_the_server_name_picks_the_certificate(names: Site, asked: str, served: str) -> None:
    with names.open():
        assert proved_name(names, asked) == served


def test_unknown_names_may_be_refused(names: Site) -> None:
    names.refuse_unknown_names = True
    with names.open(), pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
        proved_name(names, "unknown.test")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_shake_hands_and_resume(site: Site, echo: Telling, version: ssl.TLSVersion) -> None:
    with site.serve("north.test", backends=echo.address, mode="tcp").open():
        trust = site.trust(version=version)
        with site.connect("north.test", context=trust) as stream:
            stream.sendall(b"hello\nworld\n")
            stream.recv(100)
            session = stream.session
        resumed = trust.wrap_socket(site.plain(), server_hostname="north.test", session=session)
        assert resumed.session_reused
        resumed.close()


def test_the_protocol_is_negotiated(site: Site, backend: Telling) -> None:
    with site.serve("north.test", backends=backend.address).open():
        trust = site.trust()
        trust.set_alpn_protocols(["http/1.1"])
        assert site.connect("north.test", context=trust).selected_alpn_protocol() == "http/1.1"


def test_a_required_certificate_is_required(site: Site, backend: Telling) -> None:
    authorities = site.authority.certificate.read_text()
    site.serve("u.test", backends=backend.address, client_certificate="required", client_authorities=authorities)
    with site.open() as edge:
        site.ask("u.test", context=site.trust(credential=site.authority.issue_client("north")))
        with pytest.raises((ssl.SSLError, ConnectionError, OSError)):
            site.ask("u.test")
        assert "tally_edge_client_certificates_total 1\n" in edge.metrics()


def test_a_session_is_not_resumed_under_a_stricter_policy(site: Site, backend: Telling) -> None:
    with site.serve("u.test", backends=backend.address).open() as edge:
        trust = site.trust(version=ssl.TLSVersion.TLSv1_2)
        with site.connect("u.test", context=trust) as stream:
            session = stream.session
        site.contexts.clear()
        authorities = site.authority.certificate.read_text()
        site.serve("u.test", backends=backend.address, client_certificate="required", client_authorities=authorities)
        assert edge.reload()
        with pytest.raises((ssl.SSLError, ConnectionError, OSError)):
            trust.wrap_socket(site.plain(), server_hostname="u.test", session=session).recv(1)


def ends_within(stream: socket.socket, seconds: float) -> bool:
    stream.settimeout(seconds)
    try:
        while stream.recv(4096):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.0\r\n\r\n",
        b"\x00" * 64,
        bytes(range(256)),
        b"\x16\x03\x01\x00\x00",
        b"\x16\x03\x01\xff\xff" + b"\x01" * 300,
        b"\x16\x03\x01\x00\x04\x01\x00\x00\x00",
        b"\x16\x03\x01\x40\x00\x01\x00\x4e\x20" + b"\x00" * 20_000,
    ],
)
def test_garbage_ends_the_connection_at_once(site: Site, echo: Telling, garbage: bytes) -> None:
    with site.serve("north.test", backends=echo.address, mode="tcp").open() as edge:
        with site.plain() as stream:
            stream.sendall(garbage)
            assert ends_within(stream, 1)
        assert 'handshake_failures_total{reason="hello"} 1\n' in edge.metrics()
        assert proved_name(site, "north.test") == "north.test"


def test_a_hello_that_trickles_is_cut(site: Site, echo: Telling) -> None:
    with site.serve("north.test", backends=echo.address, mode="tcp").bound(hello_ms=400).open() as edge:
        with site.plain() as stream:
            began = time.monotonic()
            for byte in b"\x16\x03\x01\x01\x00\x01":
                stream.sendall(bytes([byte]))
                time.sleep(0.02)
            assert ends_within(stream, 2)
            assert time.monotonic() - began < 1.5
        assert 'handshake_failures_total{reason="timeout"} 1\n' in edge.metrics()


def test_random_bytes_do_no_harm(site: Site, echo: Telling) -> None:
    with site.serve("north.test", backends=echo.address, mode="tcp").open():
        for length in (1, 5, 100, 5000):
            with site.plain() as stream:
                stream.sendall(b"\x16\x03\x01" + os.urandom(length))
        assert proved_name(site, "north.test") == "north.test"
        assert echo.first_lines == [b""] or not echo.first_lines


def test_places_are_limited(site: Site, echo: Telling) -> None:
    with site.serve("north.test", backends=echo.address, mode="tcp").bound(connections=1).open() as edge:
        held = site.connect("north.test")
        with pytest.raises((ssl.SSLError, ConnectionError)):
            site.connect("north.test")
        assert 'refused_total{reason="full"} 1\n' in edge.metrics()
        held.close()


def record_sizes(site: Site, echo: Telling, **given: int) -> list[int]:
    """Let 100 kB be echoed, and tell how large the TLS records were that brought them."""
    site.serve("n.test", backends=echo.address, mode="tcp", **given)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = site.trust(version=ssl.TLSVersion.TLSv1_2).wrap_bio(incoming, outgoing, server_hostname="n.test")
    wire, received = bytearray(), 0
    with site.open(), site.plain() as plain:

        def retried(step: Callable[[], Any]) -> Any:
            while True:
                try:
                    done = step()
                except ssl.SSLWantReadError:
                    plain.sendall(outgoing.read())
                    heard = plain.recv(1 << 16)
                    wire.extend(heard)
                    incoming.write(heard)
                else:
                    plain.sendall(outgoing.read())
                    return done

        retried(client.do_handshake)
        retried(lambda: client.write(b"\n" + bytes(100_000)))
        while received < 100_000:
            received += len(retried(lambda: client.read(1 << 16)))
    return [size for kind, size in records(wire) if kind == APPLICATION_DATA]


APPLICATION_DATA = 23
# What AES-GCM adds to a record in TLS 1.2: a nonce and a tag.
SEAL = 8 + 16


def records(wire: bytearray) -> Iterator[tuple[int, int]]:
    at = 0
    while at + 5 <= len(wire):
        size = int.from_bytes(wire[at + 3 : at + 5])
        yield wire[at], size
        at += 5 + size


def test_records_are_as_large_as_the_engine_likes(site: Site, echo: Telling) -> None:
    assert max(record_sizes(site, echo)) > 1400


def test_records_may_be_kept_small(site: Site, echo: Telling) -> None:
    assert max(record_sizes(site, echo, max_fragment=1400)) == 1400 + SEAL


def listeners(port: int) -> int:
    table = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return sum(row.split()[1].endswith(f":{port:04X}") and row.split()[3] == "0A" for row in table)


@pytest.mark.parametrize("workers", [1, 3])
def test_each_worker_has_a_listener_of_its_own(site: Site, backend: Telling, workers: int) -> None:
    site.workers = workers
    with site.serve("n.test", backends=backend.address).open():
        assert listeners(int(site.address.rpartition(":")[2])) == workers


def test_renegotiation_is_refused(site: Site, echo: Telling) -> None:
    with site.serve("n.test", backends=echo.address, mode="tcp").open():
        call = ["openssl", "s_client", "-connect", site.address, "-servername", "n.test", "-tls1_2"]
        asked = subprocess.run(call, input="R\n", capture_output=True, text=True, timeout=10, check=False)
    assert "RENEGOTIATING\n" in asked.stderr
    assert "no renegotiation" in asked.stderr
