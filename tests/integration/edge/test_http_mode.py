import json
import ssl
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate
from tests.vocabulary.doors import Site, Telling, closing_backend, telling_backend, told, unix_backend
from tests.vocabulary.http2 import DATA, GOAWAY

from tallystick.platform.auth.certificates import ClientIdentity

IDENTITY = "x-tallystick-client-identity"


def header(request: dict[str, Any], name: str) -> list[str]:
    return [value for key, value in request["headers"] if key.lower() == name]


def fingerprint(certificate: Path) -> str:
    return load_pem_x509_certificate(certificate.read_bytes()).fingerprint(SHA256()).hex()


def test_every_request_of_a_connection_names_the_client(site: Site, backend: Telling) -> None:
    with site.serve("north.localhost", backends=backend.address).open():
        connection = site.http("north.localhost")
        for request in [told(connection, path) for path in ("/1", "/2", "/3")]:
            assert header(request, "x-forwarded-for") == ["127.0.0.1"]
            assert header(request, "x-forwarded-proto") == ["https"]
            assert header(request, "forwarded") == ['for=127.0.0.1;host="north.localhost";proto=https']
        connection.close()


def test_what_a_client_claims_about_itself_is_replaced(site: Site, backend: Telling) -> None:
    claims = {"X-Forwarded-For": "10.0.0.1", "Forwarded": "for=10.0.0.1", "X-Forwarded-Proto": "http"}
    with site.serve("north.localhost", backends=backend.address).open():
        request = site.ask("north.localhost", headers=claims)
    assert header(request, "x-forwarded-for") == ["127.0.0.1"]
    assert "10.0.0.1" not in json.dumps(request)
    assert header(request, "x-forwarded-proto") == ["https"]


@pytest.mark.parametrize(
    "name", ["X-Tallystick-Client-Identity", "x-tallystick-client-IDENTITY", "X_Tallystick_Client_Identity"]
)
def test_an_identity_cannot_be_claimed(site: Site, backend: Telling, name: str) -> None:
    with site.serve("north.localhost", backends=backend.address).open():
        claims = {name: '{"subject": "CN=unit"}', "Connection": f"close, {IDENTITY}"}
        request = site.ask("north.localhost", headers=claims)
    assert "CN=unit" not in json.dumps(request)


def test_a_verified_identity_is_forwarded(site: Site, backend: Telling) -> None:
    site.serve(
        "unit.localhost",
        backends=backend.address,
        client_certificate="optional",
        client_authorities=site.authority.certificate.read_text(),
    )
    with site.open():
        trust = site.trust(credential=site.authority.issue_client("north"))
        request = site.ask("unit.localhost", context=trust, headers={IDENTITY: "{}", "Connection": IDENTITY})
        stranger = site.ask("unit.localhost")
    identity = ClientIdentity.parse(header(request, IDENTITY)[0])
    assert identity.subject == "CN=north, O=North"
    assert identity.sans == ("URI:urn:tallystick:North:north",)
    assert identity.sha256 == fingerprint(site.authority.issue_client("north").certificate)
    assert header(stranger, IDENTITY) == []


def test_http2_clients_reach_the_same_backend(site: Site, backend: Telling) -> None:
    with site.serve("north.localhost", backends=backend.address).open():
        port = site.address.rpartition(":")[2]
        answer = subprocess.run(
            ["curl", "-s", "--http2", "--cacert", site.authority.certificate, "-w", " %{http_version}",
             "--resolve", f"north.localhost:{port}:127.0.0.1", "-H", f"{IDENTITY}: forged", "-H", "Cookie: a=1",
             "-d", "hello", f"https://north.localhost:{port}/path?x=1"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
    body, _, version = answer.rpartition(" ")
    request = json.loads(body)
    assert (version, request["path"], request["received"]) == ("2", "/path?x=1", 5)
    assert header(request, "host") == [f"north.localhost:{port}"]
    assert "forged" not in body


def test_events_arrive_as_they_are_sent(site: Site, backend: Telling) -> None:
    with site.serve("north.localhost", backends=backend.address).open():
        connection = site.http("north.localhost")
        connection.request("GET", "/events")
        began, response = time.monotonic(), connection.getresponse()
        assert response.readline() == b"data: event 0\n"
        assert time.monotonic() - began < 0.15
        assert response.read() == b"data: event 1\ndata: event 2\n"


def test_a_connection_can_be_upgraded(site: Site, backend: Telling) -> None:
    with site.serve("north.localhost", backends=backend.address).open() as edge:
        stream = site.connect("north.localhost")
        stream.sendall(
            b"GET /socket HTTP/1.1\r\nHost: north.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        )
        reader = stream.makefile("rb")
        head = b"".join(iter(reader.readline, b"\r\n"))
        assert head.startswith(b"HTTP/1.1 101")
        assert b"upgrade: websocket" in head.lower()
        stream.sendall(b"hello\n")
        assert reader.readline() == b"echo hello\n"
        assert "tally_edge_upgrades_total 1\n" in edge.metrics()
        reader.close()
        stream.close()


@pytest.mark.parametrize("protocol", [b"foo", b"h2c", b"websocket"])
def test_a_request_with_a_body_is_not_upgraded(site: Site, backend: Telling, protocol: bytes) -> None:
    hidden = f'GET /hidden HTTP/1.1\r\nHost: north.localhost\r\n{IDENTITY}: {{"subject": "CN=unit"}}\r\n\r\n'.encode()
    with site.serve("north.localhost", backends=backend.address).open():
        stream = site.connect("north.localhost")
        stream.sendall(
            b"POST /whole HTTP/1.1\r\nHost: north.localhost\r\nConnection: Upgrade\r\nUpgrade: "
            + protocol
            + b"\r\nContent-Length: %d\r\n\r\n" % len(hidden)
        )
        time.sleep(0.1)
        stream.sendall(hidden)
        assert stream.recv(4096).startswith(b"HTTP/1.1 200")
        stream.close()
        site.ask("north.localhost", "/after")
    assert [request["path"] for request in backend.requests] == ["/whole", "/after"]
    assert backend.requests[0]["received"] == len(hidden)
    assert header(backend.requests[0], "upgrade") == header(backend.requests[0], "connection") == []


def test_a_connection_that_was_to_be_upgraded_serves_no_other_request(site: Site, backend: Telling) -> None:
    asks = {"Connection": "Upgrade", "Upgrade": "websocket"}
    with site.serve("north.localhost", backends=backend.address).open() as edge:
        connection = site.http("north.localhost")
        before, asked, after = [told(connection, "/", headers) for headers in ({}, asks, {})]
        assert header(asked, "upgrade") == ["websocket"]
        assert before["connection"] == after["connection"] != asked["connection"]
        connection.close()
        assert "tally_edge_backend_connects_total 2\n" in edge.metrics()


def test_a_client_may_ask_before_it_sends(site: Site, backend: Telling) -> None:
    with site.serve("north.localhost", backends=backend.address).open():
        stream = site.connect("north.localhost")
        stream.sendall(b"POST / HTTP/1.1\r\nHost: north.localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert stream.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        stream.sendall(b"ok")
        assert stream.recv(4096).startswith(b"HTTP/1.1 200")
    assert header(backend.requests[0], "expect") == []


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "CONNECT"])
def test_methods_without_a_body_keep_the_connection_in_step(site: Site, backend: Telling, method: str) -> None:
    with site.serve("north.localhost", backends=backend.address).open():
        connection = site.http("north.localhost")
        for _ in range(3):
            connection.request(method, "/")
            connection.getresponse().read()
            assert told(connection, "/after")["path"] == "/after"


def test_large_bodies_stream_both_ways(site: Site, backend: Telling) -> None:
    with site.serve("north.localhost", backends=backend.address).open():
        connection = site.http("north.localhost")
        connection.request("POST", "/", body=(bytes(1 << 20) for _ in range(8)), encode_chunked=True,
                           headers={"Transfer-Encoding": "chunked"})  # fmt: skip
        assert json.loads(connection.getresponse().read())["received"] == 8 << 20
        connection.request("GET", "/large")
        assert len(connection.getresponse().read()) == 8 << 20


def test_a_unix_socket_serves_as_well(site: Site, tmp_path: Path) -> None:
    with unix_backend(tmp_path / "api.sock") as backend, site.serve("north.localhost", backends=backend.address).open():
        assert site.ask("north.localhost", "/unix")["path"] == "/unix"


def test_a_missing_backend_is_a_bad_gateway(site: Site, tmp_path: Path) -> None:
    site.serve("north.localhost", backends=f"unix:{tmp_path}/none", max_retries=1, retry_interval_ms=10)
    with site.open():
        connection = site.http("north.localhost")
        connection.request("GET", "/")
        response = connection.getresponse()
        assert (response.status, response.headers["content-type"]) == (502, "application/problem+json")
        assert json.loads(response.read())["detail"] == "no backend accepts connections"


def test_a_silent_backend_is_a_gateway_timeout(site: Site, backend: Telling) -> None:
    with site.serve("north.localhost", backends=backend.address).bound(response_ms=200).open():
        connection = site.http("north.localhost")
        connection.request("GET", "/stuck")
        assert connection.getresponse().status == 504


def test_backends_take_turns_and_their_connections_are_kept(site: Site) -> None:
    with telling_backend() as one, telling_backend() as two:
        with site.serve("north.localhost", backends=[one.address, two.address]).open() as edge:
            connection = site.http("north.localhost")
            for _ in range(6):
                told(connection)
            assert "tally_edge_backend_connects_total 2\n" in edge.metrics()
        assert (len(one.requests), len(two.requests)) == (3, 3)


def test_connections_to_backends_are_limited(site: Site, backend: Telling) -> None:
    site.backend_connections = 2
    with site.serve("north.localhost", backends=backend.address).bound(connect_ms=200).open() as edge:
        held = [site.http("north.localhost") for _ in range(2)]
        for connection in held:
            connection.request("GET", "/slow")
        time.sleep(0.1)
        late = site.http("north.localhost")
        late.request("GET", "/")
        refused = late.getresponse()
        assert (refused.status, refused.headers["retry-after"]) == (503, "1")
        assert "many requests" in json.loads(refused.read())["detail"]
        assert "tally_edge_backend_connects_refused_total 1\n" in edge.metrics()
        assert "tally_edge_backend_connect_failures_total 0\n" in edge.metrics()
        assert [connection.getresponse().status for connection in held] == [200, 200]
        assert told(late)["path"] == "/"


def test_a_response_is_waited_for_from_the_end_of_the_body(site: Site, backend: Telling) -> None:
    with site.serve("north.localhost", backends=backend.address).bound(response_ms=300).open():
        stream = site.connect("north.localhost")
        stream.sendall(b"POST /stuck HTTP/1.1\r\nHost: north.localhost\r\nContent-Length: 4\r\n\r\n")
        for part in (b"s", b"l", b"o", b"w"):
            time.sleep(0.2)
            stream.sendall(part)
        began = time.monotonic()
        assert stream.recv(100).startswith(b"HTTP/1.1 504")
        assert 0.2 < time.monotonic() - began < 1


def test_pings_do_not_keep_an_http2_connection(site: Site, backend: Telling) -> None:
    with site.serve("north.localhost", backends=backend.address).bound(idle_ms=500).open() as edge:
        connection = site.http2("north.localhost")
        kinds = []
        for _ in range(20):
            connection.ping()
            kinds += connection.kinds(0.1)
            if GOAWAY in kinds:
                break
        assert GOAWAY in kinds
        assert 'cut_total{reason="idle"} 1\n' in edge.metrics()


def test_a_stream_in_use_keeps_its_http2_connection(site: Site, backend: Telling) -> None:
    with site.serve("north.localhost", backends=backend.address).bound(idle_ms=300).open():
        connection = site.http2("north.localhost")
        connection.get(1, "north.localhost", "/events")
        kinds = connection.kinds(0.25)
        kinds += connection.kinds(0.35)
        assert kinds.count(DATA) >= 3
        assert GOAWAY not in kinds[: kinds.index(DATA) + 3]


def test_an_idle_connection_waits_longer_than_a_head(site: Site, backend: Telling) -> None:
    site.serve("north.localhost", backends=backend.address).bound(header_ms=200, idle_ms=1000)
    with site.open() as edge:
        connection = site.http("north.localhost")
        told(connection)
        time.sleep(0.5)
        told(connection)
        began = time.monotonic()
        assert connection.sock.recv(1) == b""
        assert 0.5 < time.monotonic() - began < 2
        assert 'cut_total{reason="idle"} 1\n' in edge.metrics()


@pytest.mark.parametrize("asked", ["north.localhost", "127.0.0.1"])
def test_another_contexts_host_is_misdirected(site: Site, backend: Telling, asked: str) -> None:
    site.serve("north.localhost", "127.0.0.1", backends=backend.address)
    site.serve("unit.localhost", backends=backend.address)
    with site.open():
        connection = site.http(asked)
        connection.request("GET", "/", headers={"Host": "unit.localhost"})
        assert connection.getresponse().status == 421
        assert site.ask(asked, headers={"Host": "elsewhere.test"})["path"] == "/"


def test_a_backend_that_closes_kept_connections_costs_no_request(site: Site) -> None:
    with closing_backend() as backend, site.serve("north.localhost", backends=backend.address).open():
        connection = site.http("north.localhost")
        assert [told(connection)["served"] for _ in range(20)] == [True] * 20


@pytest.mark.parametrize("host", ["a@unit.localhost", "unit%2elocalhost", "a b/c?d#e", "unit.localhost, a", "", "a:b"])
def test_a_malformed_host_is_refused(site: Site, backend: Telling, host: str) -> None:
    site.serve("north.localhost", backends=backend.address)
    site.serve("unit.localhost", backends=backend.address)
    with site.open():
        connection = site.http("north.localhost")
        connection.request("GET", "/", headers={"Host": host})
        assert connection.getresponse().status == 400
        connection = site.http("north.localhost")
        connection.putrequest("GET", "https://a@unit.localhost/", skip_host=True)
        connection.endheaders()
        assert connection.getresponse().status == 400
    assert backend.requests == []


@pytest.mark.parametrize(("size", "status"), [(64_000, 200), (66_000, 431)])
def test_headers_are_bounded(site: Site, backend: Telling, size: int, status: int) -> None:
    with site.serve("north.localhost", backends=backend.address).bound(header_bytes=65_536).open():
        connection = site.http("north.localhost")
        connection.request("GET", "/", headers={f"X-{number}": "x" * (size // 8) for number in range(8)})
        assert connection.getresponse().status == status


def test_a_body_in_another_coding_is_not_served(site: Site, backend: Telling) -> None:
    with site.serve("north.localhost", backends=backend.address).open():
        connection = site.http("north.localhost")
        connection.request("POST", "/", body=b"0\r\n\r\n", headers={"Transfer-Encoding": "gzip, chunked"})
        assert connection.getresponse().status == 501
    assert backend.requests == []


@pytest.mark.parametrize("hosts", [b"", b"Host: a\r\nHost: b\r\n"])
def test_a_request_names_one_host(site: Site, backend: Telling, hosts: bytes) -> None:
    with site.serve("north.localhost", backends=backend.address).open():
        stream = site.connect("north.localhost")
        stream.sendall(b"GET / HTTP/1.1\r\n" + hosts + b"\r\n")
        assert stream.recv(100).startswith(b"HTTP/1.1 400")


def test_request_smuggling_finds_no_second_request(site: Site, backend: Telling) -> None:
    with site.serve("north.localhost", backends=backend.address).open():
        stream = site.connect("north.localhost")
        stream.sendall(
            b"POST / HTTP/1.1\r\nHost: north.localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: north.localhost\r\n\r\n"
        )
        stream.settimeout(1)
        try:
            while stream.recv(4096):
                pass
        except (TimeoutError, ssl.SSLError):
            pass
    smuggled = [request for request in backend.requests if request["path"] == "/smuggled"]
    assert all(header(request, "x-forwarded-for") == ["127.0.0.1"] for request in smuggled)


def test_slow_headers_are_cut(site: Site, backend: Telling) -> None:
    with site.serve("north.localhost", backends=backend.address).bound(header_ms=300).open() as edge:
        stream = site.connect("north.localhost")
        began = time.monotonic()
        stream.sendall(b"GET / HTTP/1.1\r\nHost: north.localhost\r\nX-Slow: ")
        while stream.recv(100):
            pass
        assert time.monotonic() - began < 2
        assert 'cut_total{reason="header"} 1\n' in edge.metrics()
