import contextlib
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import msgspec
import pytest
from tests.vocabulary.doors import Site, Telling, told

from tallystick.edge.domain.snapshot import Credential, Snapshot
from tallystick.edge.errors import ConfigurationInvalid, EdgeStartFailed
from tallystick.edge.service import Edge


def broken(snapshot: Snapshot) -> Snapshot:
    context = msgspec.structs.replace(snapshot.contexts[0], credentials=(Credential("nothing", "nothing"),))
    return msgspec.structs.replace(snapshot, contexts=(context,))


def test_a_reload_under_load_drops_nothing(site: Site, backend: Telling) -> None:
    stop = threading.Event()

    def keep_asking(fresh: bool) -> int:
        count, connection = 0, site.http("n.test")
        while not stop.is_set():
            if fresh:
                connection.close()
                connection = site.http("n.test")
            told(connection)
            count += 1
        return count

    with site.serve("n.test", backends=backend.address).open() as edge, ThreadPoolExecutor() as pool:
        counts = [pool.submit(keep_asking, fresh) for fresh in (True, True, False)]
        for _ in range(40):
            assert edge.reload()
            time.sleep(0.02)
        stop.set()
        assert all(count.result() > 0 for count in counts)
        assert "reloads_total 40\n" in edge.metrics()


def test_a_connection_outlives_the_context_it_began_with(site: Site, echo: Telling, backend: Telling) -> None:
    with site.serve("n.test", backends=echo.address, mode="tcp").open() as edge:
        old = site.connect("n.test")
        old.sendall(b"\nbefore")
        assert old.recv(10) == b"before"
        site.contexts.clear()
        site.pools.clear()
        site.serve("n.test", backends=backend.address)
        assert edge.reload()
        assert site.ask("n.test", "/after")["path"] == "/after"
        old.sendall(b"after")
        assert old.recv(10) == b"after"
        old.close()


def test_a_door_can_be_moved(site: Site, backend: Telling) -> None:
    with site.serve("n.test", backends=backend.address).open() as edge:
        before, kept = site.address, site.http("n.test")
        site.listen = "127.0.0.2:0"
        assert edge.reload()
        site.address = edge.addresses[0]
        assert site.address.startswith("127.0.0.2:")
        site.ask("n.test")
        assert told(kept)["path"] == "/"
        site.address = before
        time.sleep(0.05)
        with pytest.raises(OSError):  # noqa: PT011  refused or reset, as the system pleases
            site.connect("n.test")


def test_a_broken_reload_changes_nothing(site: Site, backend: Telling) -> None:
    site.serve("n.test", backends=backend.address)
    snapshots = iter([site.snapshot(), broken(site.snapshot()), site.snapshot()])
    with Edge(lambda: next(snapshots), drain_s=1) as edge:
        site.address = edge.addresses[0]
        assert not edge.reload()
        assert site.ask("n.test")["path"] == "/"
        assert edge.reload()


def test_a_broken_start_names_the_place(site: Site, backend: Telling) -> None:
    site.serve("n.test", backends=backend.address)
    with pytest.raises(ConfigurationInvalid, match=r"frontend\.credentials\[0\]\.certificate"):
        Edge(lambda: broken(site.snapshot()))


def test_a_taken_address_is_named(site: Site, backend: Telling) -> None:
    with site.serve("n.test", backends=backend.address).open():
        site.listen = site.address
        with pytest.raises(EdgeStartFailed, match=f"cannot listen on {site.address}: Address already in use"):
            Edge(site.snapshot)


def test_a_drain_answers_what_is_under_way_and_accepts_no_more(site: Site, backend: Telling) -> None:
    with site.serve("n.test", backends=backend.address).open() as edge, ThreadPoolExecutor() as pool:
        idle = site.http("n.test")
        told(idle)
        slow = pool.submit(site.ask, "n.test", "/slow")
        time.sleep(0.2)
        began = time.monotonic()
        assert edge.drain() == 0
        assert time.monotonic() - began < 2
        assert slow.result()["path"] == "/slow"
        assert idle.sock.recv(1) == b""
        with pytest.raises(OSError):  # noqa: PT011  refused or reset, as the system pleases
            site.connect("n.test")


def test_a_drain_cuts_what_does_not_end(site: Site, echo: Telling) -> None:
    with site.serve("n.test", backends=echo.address, mode="tcp").open() as edge:
        held = site.connect("n.test")
        held.sendall(b"\nx")
        held.recv(1)
        assert edge.drain(0.2) == 1
        with contextlib.suppress(ssl.SSLError, ConnectionError):
            assert held.recv(1) == b""


def test_connections_and_requests_are_counted(site: Site, backend: Telling) -> None:
    with site.serve("n.test", backends=backend.address).open() as edge:
        connection: HTTPConnection = site.http("n.test")
        told(connection)
        told(connection)
        text = edge.metrics()
    assert "tally_edge_connections_total 1\n" in text
    assert 'tally_edge_handshakes_total{version="1.3"} 1\n' in text
    assert 'tally_edge_requests_total{outcome="forwarded"} 2\n' in text
    assert "tally_edge_backend_connects_total 1\n" in text
