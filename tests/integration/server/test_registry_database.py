"""A registry whose database cannot be used yet: its door is open, its log says what to change, and then it goes on."""

from tests.integration.server.conftest import Found
from tests.vocabulary import people
from tests.vocabulary.organisations import Upped
from tests.vocabulary.parties import linkage_schema_of
from tests.vocabulary.processes import eventually

SETTINGS = """
[registry]
database_file = "database.secret"
linkage_secret = "the registries' secret"
record_key_secret = "the record keys of north"
schema = "schema.json"
"""


def registry(found: Found, database: str) -> Upped:
    """Found a registry over a database."""
    organisation = found(SETTINGS, "north")
    (organisation.folder / "database.secret").write_text(database)
    (organisation.folder / "schema.json").write_bytes(linkage_schema_of("given_name", "surname", "born"))
    return organisation


def capture_log(organisation: Upped) -> str:
    return (organisation.data_dir / "logs" / "capture.log").read_text()


def test_a_wrong_password_is_told_and_the_right_one_is_enough(found: Found) -> None:
    with people.running([("Ann", "Archer", "1952-01-02")], password="planted-right") as database:
        organisation = registry(found, database.url().replace("planted-right", "planted-wrong")).up()
        eventually(lambda: "password authentication failed" in capture_log(organisation), 60)
        assert "planted-wrong" not in organisation.logs()
        (organisation.folder / "database.secret").write_text(database.url())
        organisation.kill("capture")
        eventually(lambda: "snapshot done" in capture_log(organisation), 60)


def test_a_database_that_comes_later_is_waited_for(found: Found) -> None:
    with people.running([("Ann", "Archer", "1952-01-02")]) as database:
        later = database.url()
    organisation = registry(found, later).up()
    eventually(lambda: "the table cannot be captured yet" in capture_log(organisation), 60)
    assert organisation.ask("GET", "/health/ready").status == 200
