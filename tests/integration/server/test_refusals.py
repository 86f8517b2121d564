"""`tally up` that cannot work says what to change, starts nothing and leaves nothing half-written."""

import socket
from contextlib import closing

import pytest
from sqlalchemy import text
from tests.integration.server.conftest import Found
from tests.vocabulary.organisations import Upped

from tallystick.edge.authority import ensure_authority
from tallystick.platform.store import Store

REGISTRY = """
[registry]
database = "{database}"
schema = "{schema}"
linkage_secret = "planted-linkage"
record_key_secret = "{key}"
"""
DATABASE, KEY = "postgresql://ann:planted-password@127.0.0.1:5432/people", "planted-record-key"
GOOD_SCHEMA = "good.json"


def refused(organisation: Upped) -> str:
    """Return what it complained about."""
    done = organisation.tally("up", "--config", str(organisation.config))
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "planted" not in done.stderr
    assert not list(organisation.data_dir.glob("logs/[!s]*")), "a process was started"
    return done.stderr


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ("[housekeepin]", "housekeepin: no such setting; did you mean 'housekeeping'?"),
        ("[housekeeping]\nevery_s = 'often'", "housekeeping.every_s"),
        ("[store]\nurl = 'postgresql://u:planted@127.0.0.1:9/none'", "change host and port in [store] url"),
        ("[objects]\nurl = 'ftp://x'", "[objects] url: 'ftp://x' is no object store"),
        ("[log]\nurl = 'rabbit://x'", "[log] url: 'rabbit://x' is not kafka://HOST:PORT"),
        (REGISTRY.format(database="mysql://x", schema="s.json", key=KEY), "registry.database: expected postgresql://"),
        (REGISTRY.format(database=DATABASE, schema="no.json", key=KEY), "no.json: No such file"),
        (REGISTRY.format(database=DATABASE, schema="tally.toml", key=KEY), "is not a clkhash linkage schema"),
        (REGISTRY.format(database=DATABASE, schema="s.json", key="short"), "registry.record_key_secret: "),
        (
            "[linkage]\n[unit.linkages.febrl]\nparties = ['north']",
            "unit.linkages.febrl: parties: a linkage has at least two parties",
        ),
    ],
)
def test_a_wrong_setting_is_named(found: Found, settings: str, complaint: str) -> None:
    assert complaint in refused(found(settings))


def test_a_store_with_a_wrong_password_is_named(found: Found, postgres_url: str) -> None:
    wrong = postgres_url.replace("://", "://nobody:planted@", 1).replace("nobody:planted@postgres:", "nobody:planted:")
    assert "[store] url" in refused(found(f"[store]\nurl = '{wrong}'"))


def test_a_taken_door_is_named(found: Found) -> None:
    organisation = found()
    with closing(socket.create_server(("127.0.0.1", organisation.port))):
        assert f"another program listens on 127.0.0.1:{organisation.port}" in refused(organisation)


@pytest.mark.parametrize("listen", ["localhost:8443", "127.0.0.1", "127.0.0.1:99999", "[::1:8443"])
def test_a_door_that_is_no_address_is_named(found: Found, listen: str) -> None:
    organisation = found()
    organisation.config.write_text(f"name = 'unit'\n[edge]\nlisten = '{listen}'\n")
    assert f"edge.listen: expected IP:PORT, found '{listen}'" in refused(organisation)


def test_a_missing_certificate_is_named(found: Found) -> None:
    organisation = found()
    organisation.config.write_text("name = 'unit'\n[edge]\ncertificate = '/no.pem'\nkey = '/no.key'\n")
    assert "edge.certificate: open(/no.pem) failed" in refused(organisation)


@pytest.mark.parametrize("names", ["[]", "['']", "['bücher.example']", "['a b']"])
def test_a_door_without_a_name_is_named(found: Found, names: str) -> None:
    organisation = found()
    organisation.config.write_text(f"name = 'unit'\n[edge]\nnames = {names}\n")
    assert "edge.names: " in refused(organisation)


def test_a_certificate_that_is_none_is_named(found: Found) -> None:
    organisation = found()
    (organisation.folder / "none.pem").write_text("none")
    organisation.config.write_text("name = 'unit'\n[edge]\ncertificate = 'none.pem'\nkey = 'none.pem'\n")
    assert "edge.certificate: it holds no PEM certificate" in refused(organisation)


def test_a_key_of_another_certificate_is_named(found: Found) -> None:
    organisation = found()
    authority = ensure_authority(organisation.folder / "authority", "another")
    certificate, key = authority.issue(["unit.localhost"]).certificate, authority.issue(["north.localhost"]).key
    organisation.config.write_text(f"name = 'unit'\n[edge]\ncertificate = '{certificate}'\nkey = '{key}'\n")
    assert "edge.certificate and edge.key: " in refused(organisation)


def test_a_directory_too_deep_for_sockets_is_named(found: Found) -> None:
    organisation = found()
    organisation.config.write_text(f"name = 'unit'\ndata_dir = '{'deep/' * 20}data'\n")
    assert "data_dir: " in refused(organisation)
    assert not (organisation.folder / "deep").exists()


def test_a_directory_that_cannot_be_made_is_named(found: Found) -> None:
    organisation = found()
    organisation.config.write_text("name = 'unit'\ndata_dir = '/proc/none'\n")
    assert "data_dir: /proc/none cannot be used" in refused(organisation)


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_store_of_a_newer_version_is_named(found: Found, database: str, request: pytest.FixtureRequest) -> None:
    organisation = found(f"[store]\nurl = '{request.getfixturevalue(f'{database}_url')}'")
    store = Store.open(request.getfixturevalue(f"{database}_url"))
    store.upgrade()
    with store.write() as connection:
        connection.execute(text("UPDATE schema_jobs SET version_num = 'jobs_9999'"))
    assert "a newer version made it, run that one: " in refused(organisation)
    with store.read() as connection:
        assert connection.scalar(text("SELECT version_num FROM schema_jobs")) == "jobs_9999"
