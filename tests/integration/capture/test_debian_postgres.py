"""Over TCP and TLS, with each way to prove who we are, from PostgreSQL 15."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.vocabulary.capture import Bench
from tests.vocabulary.capture import bench as opened
from tests.vocabulary.debian_postgres import DebianPostgres, debian_postgres

from tallystick.capture.errors import InvalidConfiguration
from tallystick.edge.authority import ensure_authority

PERSON = "CREATE TABLE IF NOT EXISTS person (id serial PRIMARY KEY, name text)"


@pytest.fixture(scope="module")
def server() -> Iterator[DebianPostgres]:
    """Run one server for the whole module."""
    with tempfile.TemporaryDirectory(prefix="tally-debian-") as directory, debian_postgres(Path(directory)) as made:
        made.execute(PERSON)
        yield made


@pytest.fixture
def bench(server: DebianPostgres, tmp_path: Path) -> Iterator[Bench]:
    """Open capture on that server."""
    server.authenticate("scram-sha-256")
    with opened(server.url, tmp_path / "data") as made:
        yield made


def create(bench: Bench, server: DebianPostgres, **changes: str) -> None:
    bench.capture.service.create("c", bench.configuration(**(server.address | changes)))


def test_changes_come_over_tls_with_channel_binding(bench: Bench, server: DebianPostgres) -> None:
    server.authenticate("scram-sha-256", kind="hostssl")
    create(bench, server, database__sslmode="require")
    with bench.working():
        bench.snapshot("p.public.person")
        bench.execute("INSERT INTO person (name) VALUES ('Ann')")
        bench.wait_for("p.public.person", 1)
    server.authenticate("scram-sha-256")


def test_the_authority_is_checked_when_asked(bench: Bench, server: DebianPostgres, tmp_path: Path) -> None:
    verified = {"database__sslmode": "verify-full"}
    other = ensure_authority(tmp_path / "other", "Other").certificate
    with pytest.raises(InvalidConfiguration, match="certificate"):
        create(bench, server, database__sslrootcert=str(other), **verified)
    own = ensure_authority(server.directory / "authority", "Registry").certificate
    with pytest.raises(InvalidConfiguration, match=r"certificate|name"):
        create(bench, server, **(verified | {"database__sslrootcert": str(own), "database__hostname": "127.0.0.1"}))
    create(bench, server, database__sslrootcert=str(own), **verified)


def test_a_clear_password_is_sent_over_tls_alone(bench: Bench, server: DebianPostgres) -> None:
    server.authenticate("password")
    with pytest.raises(InvalidConfiguration, match="without TLS"):
        create(bench, server, database__sslmode="disable")
    create(bench, server, database__sslmode="require")


def test_an_old_server_asks_for_md5(bench: Bench, server: DebianPostgres) -> None:
    server.authenticate("md5")
    create(bench, server, database__sslmode="disable")


def test_the_log_holds_too_little(tmp_path: Path) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="tally-debian-") as directory,
        debian_postgres(Path(directory), wal_level="replica") as server,
        opened(server.url, tmp_path) as bench,
        pytest.raises(InvalidConfiguration, match=r"set wal_level=logical in postgresql\.conf"),
    ):
        create(bench, server)
