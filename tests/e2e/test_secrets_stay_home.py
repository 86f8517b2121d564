"""No name, no secret and no private key of a registry reaches the unit: not its files, not its logs, not its memory."""

import base64
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pysqlite3 import dbapi2 as sqlite
from tests.vocabulary.demo import DemoRun
from tests.vocabulary.processes import eventually
from tests.vocabulary.search import Search

from tallystick.demo.febrl import COLUMNS, Person
from tallystick.demo.person_table import insert
from tallystick.demo.sites import REGISTRIES, Sites
from tallystick.flows.living_linkage.domain.record_keys import RecordKeys
from tallystick.linkage.adapters.linker_store import LinkerStore
from tallystick.platform.store import Store

STEM = b"xqzvwjkhpfgb"
"""Begins every name planted: what no language, no random text and no code has."""
PLANTED = {
    "given_name": "adrin",
    "surname": "ormund",
    "address_1": "ester crescent",
    "suburb": "ingham",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoRun]:
    """Run a demo until a planted person, whom both registries have, is matched at the unit; its start takes 10 s."""
    run = DemoRun(tmp_path_factory.mktemp("home") / "demo")
    try:
        run.start("--people", "50", "--changes", "3")
        run.says("One change a second", 240)
        plant(Sites(run.directory))
        yield run
    finally:
        run.end()


def plant(sites: Sites) -> None:
    values = {column: STEM.decode() + rest for column, rest in PLANTED.items()}
    person = Person(0, tuple(values.get(column, "1234") for column in COLUMNS))
    keys = set()
    for registry in REGISTRIES:
        number = sites.database(registry).repeatedly(partial(insert, person=person))
        keys.add(RecordKeys(sites.site(registry).secret("record-key").read_bytes()).of({"id": number}))
    unit = LinkerStore(Store.open(f"sqlite:///{sites.unit.directory / 'tally.db'}"))
    eventually(lambda: any({match.left.key.hex(), match.right.key.hex()} == keys for match in unit.standing("people")))


@pytest.fixture(scope="module")
def search(demo: DemoRun) -> Search:
    """Know everything that must stay at the registries."""
    things = {"name": STEM}
    for registry in REGISTRIES:
        home = demo.directory / registry
        for secret in home.glob("*.secret"):
            things[f"{registry} {secret.stem}"] = secret.read_bytes().strip()
        for key in home.glob("tls/**/*.key"):
            things[f"{registry} {key.stem}"] = secret_number(key)
            things[f"{registry} {key.stem} as written"] = key.read_bytes().splitlines()[1]
    return Search(things)


def secret_number(key: Path) -> bytes:
    """Return the part of a private key that no certificate shows."""
    loaded = load_pem_private_key(key.read_bytes(), None)
    assert isinstance(loaded, EllipticCurvePrivateKey)
    return loaded.private_numbers().private_value.to_bytes(32)


@pytest.mark.timeout(600)
def test_nothing_of_a_registry_is_in_the_units_memory(demo: DemoRun, search: Search) -> None:
    roles = demo.roles()
    units = {role: search.of_memory(pid) for role, pid in roles.items() if role.partition("/")[0] == "unit"}
    assert {"unit", "unit/edge", "unit/api", "unit/linker", "unit/models"} <= units.keys()
    assert all(not found for found in units.values()), units
    assert {"name", "north linkage", "north record-key"} <= search.of_memory(roles["north/encoder"])


@pytest.mark.timeout(600)
def test_nothing_of_a_registry_is_in_the_units_files(demo: DemoRun, search: Search) -> None:
    demo.interrupt()
    demo.ends()
    assert search.of_directory(demo.directory / "unit") == {}
    at_home = search.of_directory(demo.directory / "north")
    assert "tally.db" in at_home["name"], "the search reads what the log has compressed"
    assert {
        "north linkage",
        "north record-key",
        "north database-password",
        "north authority as written",
    } <= at_home.keys()


@pytest.mark.parametrize("level", [1, 19])
def test_the_search_finds_what_is_hidden(tmp_path: Path, level: int) -> None:
    search = Search({"it": b"Distinctive Text"})
    hidden = b'{"a": "' + b"." * 9000 + b'distinctive text"}'
    with sqlite.connect(tmp_path / "some.db") as database:
        database.execute("CREATE TABLE batches (body BLOB)")
        database.execute("INSERT INTO batches VALUES (?)", [b"head" + zstandard.compress(hidden, level)])
    (tmp_path / "hex").write_text(b"..distinctive text".hex())
    (tmp_path / "base64").write_bytes(base64.b64encode(b"..distinctive text.."))
    assert search.of_directory(tmp_path) == {"it": {"some.db", "hex", "base64"}}
