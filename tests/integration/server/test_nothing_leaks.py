"""A registry and a unit run with planted secrets and people: no log, figure or state file of either tells one.

Three servers start, so this takes a quarter of a minute.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.vocabulary.organisations import Upped
from tests.vocabulary.parties import linkage_schema_of
from tests.vocabulary.people import running
from tests.vocabulary.processes import eventually

from tallystick.demo.postgres import Database
from tallystick.platform.supervisor import ChildState

PASSWORD, LINKAGE_SECRET, KEY_SECRET = "planted-password-Qx7", "planted-linkage-secret-Qx7", "planted-key-secret-Qx7"
PEOPLE = [("Plantagenet", "Bosworth", "1452-10-02"), ("Perkin", "Warbecksson", "1474-11-23")]
WORDS = [PASSWORD, LINKAGE_SECRET, KEY_SECRET, *(word for person in PEOPLE for word in person), "Lambertina"]
DEBUG = '\n[telemetry]\nlevel = "DEBUG"\n'
UNIT = f"""{DEBUG}
[linkage]
[unit.linkages.study]
parties = ["north", "south"]
"""
REGISTRY = f"""{DEBUG}
[registry]
database_file = "database.secret"
linkage_secret = "{LINKAGE_SECRET}"
record_key_secret = "{KEY_SECRET}"
schema = "schema.json"
"""


@pytest.fixture(scope="module")
def organisations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Upped, Upped, Database]]:
    """Run North and the unit that it has joined, over a table of planted people."""
    folder = tmp_path_factory.mktemp("leaks")
    unit, north = Upped(folder / "unit", UNIT), Upped(folder / "north", REGISTRY, "north")
    with running(PEOPLE, password=PASSWORD) as people:
        (north.folder / "database.secret").write_text(people.url())
        (north.folder / "schema.json").write_bytes(linkage_schema_of("given_name", "surname", "born"))
        try:
            unit.up()
            invitation = unit.tally("party", "invite", "north", "--linkage", "study").stdout.strip()
            assert north.tally("party", "join", invitation).returncode == 0
            yield unit, north.up(), people
        finally:
            north.end()
            unit.end()


def test_one_endpoint_shows_every_process(organisations: tuple[Upped, Upped, Database]) -> None:
    for organisation in organisations[:2]:
        token = organisation.token("metrics:read")
        names = {child.name for child in organisation.status().children}

        def shown(organisation: Upped = organisation, token: str = token, names: set[str] = names) -> bool:
            figures = organisation.ask("GET", "/metrics", token=token).body.decode()
            return all(f'process_cpu_seconds_total{{process="{name}"}}' in figures for name in names)

        eventually(shown, 60)
        assert organisation.ask("GET", "/metrics").status == 401


def handed_over(unit: Upped) -> int:
    """Count the records that North's encoder has brought to the unit."""
    linkage = unit.ask("GET", "/v1/linkages/study", token=unit.token("linkage:read")).value
    records: int = next(party["records"] for party in linkage["parties"] if party["name"] == "north")
    return records


@pytest.mark.slow
def test_no_secret_and_nobody_is_told(organisations: tuple[Upped, Upped, Database]) -> None:
    unit, north, people = organisations
    eventually(lambda: handed_over(unit) == 2, 120)
    trouble(north, people)
    tokens = [given.token("metrics:read", "console:read", "capture:read") for given in (unit, north)]
    for organisation, token in zip((unit, north), tokens, strict=True):
        organisation.ask("GET", f"/people/{PEOPLE[0][0]}?name={PEOPLE[1][1]}", token=token)
        organisation.ask("POST", "/login/planted-login-Qx7", headers={"cookie": "tally_session=planted-cookie-Qx7"})
        organisation.ask("GET", "/metrics", token="planted-token-Qx7")
    told = "\n".join(everything_told(given, token) for given, token in zip((unit, north), tokens, strict=True))
    secrets = [token.rpartition("_")[2] for token in tokens]
    found = [word for word in (*WORDS, *secrets, "planted-login", "planted-cookie", "planted-token") if word in told]
    assert found == []
    assert "the table has no column 'surname'" in told  # so trouble was told, and its people were not


def trouble(north: Upped, people: Database) -> None:
    """Let every process of the registry meet what it complains about: kills, a lost column, a wrong password."""
    for process in ("capture", "encoder", "collector"):
        north.kill(process)
    with psycopg.connect(people.url(), autocommit=True) as connection:
        connection.execute("ALTER TABLE person RENAME COLUMN surname TO family")
        connection.execute("INSERT INTO person VALUES (7, 'Lambertina', 'Bosworth', '1452-10-02')")
    eventually(lambda: "no column 'surname'" in north.logs(), 120)
    (north.folder / "database.secret").write_text(people.url().replace(PASSWORD, f"{PASSWORD}-wrong"))
    north.kill("capture")
    eventually(lambda: north.child("capture").state is ChildState.READY, 60)


def everything_told(organisation: Upped, token: str) -> str:
    """Return all that an operator's tools can see of it: logs, figures, states, health."""
    figures = organisation.ask("GET", "/metrics", token=token)
    assert figures.status == 200
    states = organisation.tally("status").stdout + organisation.tally("settings", "--output", "json").stdout
    files = "\n".join(path.read_text() for path in sorted(organisation.data_dir.glob("run/*.json")))
    return "\n".join((organisation.logs(), figures.body.decode(), states, files, json.dumps(environment(organisation))))


def environment(organisation: Upped) -> list[str]:
    """Return the command lines and environments of its processes, which other programs of the machine may read."""
    pids = [child.pid for child in organisation.status().children if child.pid]
    places = [Path(f"/proc/{pid}/{name}") for pid in pids for name in ("cmdline", "environ")]
    return [place.read_bytes().decode(errors="replace") for place in places if place.exists()]
