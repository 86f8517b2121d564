"""An organisation whose log is Kafka: what its capture writes arrives there, through the store's outbox and the relay.

A broker and a PostgreSQL start, so this takes a quarter of a minute.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.integration.server.conftest import Found
from tests.vocabulary import kafka, people
from tests.vocabulary.parties import linkage_schema_of
from tests.vocabulary.processes import eventually

from tallystick.platform.log import UnknownTopicError
from tallystick.platform.log.kafka import KafkaLog
from tallystick.platform.store import Store

TOPIC = "north.public.person"
SETTINGS = """
[log]
url = "kafka://{broker}"
[capture]
lease_s = 2
[registry]
database = "{database}"
linkage_secret = "the registries' secret"
record_key_secret = "the record keys of north"
schema = "schema.json"
"""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "kafka").mkdir()
    with kafka.running(tmp_path / "kafka") as address:
        yield address


@pytest.mark.slow
def test_changes_reach_kafka_whatever_is_killed(found: Found, broker: str, store: Store) -> None:
    log = KafkaLog(store, broker)

    def arrived() -> list[str]:
        try:
            values = [json.loads(record.value or b"") for record in log.read(TOPIC, 0)]
            return [value["payload"]["after"]["given_name"] for value in values]
        except UnknownTopicError:
            return []

    with people.running([("Ann", "Archer", "1952-01-02")]) as database:
        organisation = found(SETTINGS.format(broker=broker, database=database.url()), "north")
        (organisation.folder / "schema.json").write_bytes(linkage_schema_of("given_name", "surname", "born"))
        organisation.up()
        eventually(lambda: arrived() == ["Ann"], 60)
        with psycopg.connect(database.url(), autocommit=True) as connection:
            for number, name in enumerate(["Bob", "Cleo", "Dan"], start=1):
                connection.execute("INSERT INTO person VALUES (%s, %s, %s, %s)", (number, name, "Archer", "1952-01-02"))
                organisation.kill("relay" if number % 2 else "capture")
        eventually(lambda: len(arrived()) >= 4, 120)
        assert arrived() == ["Ann", "Bob", "Cleo", "Dan"]
