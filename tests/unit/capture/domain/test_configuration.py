"""Configurations are read in Debezium's words, and every fault is named at once."""

import pytest

from tallystick.capture.domain.configuration import ConnectorConfiguration, faults, masked, unmasked
from tallystick.capture.domain.selection import Selection
from tallystick.capture.domain.unoffered import ONLY
from tallystick.capture.errors import InvalidConfiguration

ENOUGH = {
    "topic.prefix": "p",
    "database.hostname": "h",
    "database.user": "u",
    "database.dbname": "d",
}


def test_defaults() -> None:
    configuration = ConnectorConfiguration.parse("c", ENOUGH)
    assert configuration.number("database.port") == 5432
    assert configuration.text("slot.name") == "debezium"
    assert (configuration.flag("tombstones.on.delete"), configuration.skipped) == (True, "t")


def test_the_keys_of_old_are_understood() -> None:
    old = {"database.server.name": "q", "table.whitelist": "public.a"}
    configuration = ConnectorConfiguration.parse("c", {key: ENOUGH[key] for key in ENOUGH if key[0] == "d"} | old)
    assert configuration.prefix == "q"
    assert configuration.selection.takes("public", "a")
    assert not configuration.selection.takes("public", "b")


def test_every_fault_is_named() -> None:
    with pytest.raises(InvalidConfiguration) as caught:
        ConnectorConfiguration.parse("c", {"database.port": "x", "tasks.max": "0", "plugin.name": "wal2json"})
    named = (
        "topic.prefix",
        "database.hostname",
        "database.user",
        "database.dbname",
        "port",
        "tasks.max",
        "plugin.name",
    )
    assert all(any(key in fault for fault in caught.value.faults) for key in named)


@pytest.mark.parametrize(
    "change",
    [
        {"topic.prefix": "a b"},
        {"slot.name": "Upper"},
        {"skipped.operations": "x"},
        {"database.sslmode": "verify-full"},
        {"table.include.list": "("},
        {"table.include.list": "a", "table.exclude.list": "b"},
        {"tombstones.on.delete": "maybe"},
        {"database.port": "70000"},
        {"max.batch.size": "99999999999999999999"},
        {"status.update.interval.ms": "1_000"},
        {"tasks.max": "\u0661"},
        {"replica.identity.autoset.values": "public.a:full"},
        {"replica.identity.autoset.values": "public.a:FULL,public.b:NOTHING"},
        {"replica.identity.autoset.values": "public.(:FULL"},
        {"replica.identity.autoset.values": "nonsense"},
    ],
)
def test_a_value_that_cannot_work(change: dict[str, str]) -> None:
    assert len(faults(ENOUGH | change)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"column.exclude.list": "public.person.number"},
        {"column.mask.with.10.chars": "public.person.name"},
        {"decimal.handling.mode": "string"},
        {"message.key.columns": "public.person:name"},
        {"slot.drop.on.stop": "true"},
        {"snapshot.select.statement.overrides.public.person": "SELECT 1"},
        {"time.precision.mode": "connect"},
        {"transforms": "route"},
        {"value.converter": "io.confluent.connect.avro.AvroConverter"},
    ],
)
def test_what_would_change_the_contents_is_never_ignored(change: dict[str, str]) -> None:
    (key,) = change
    (fault,) = faults(ENOUGH | change)
    assert f"configuration {key}:" in fault


def test_what_is_done_anyway_may_be_said() -> None:
    assert faults(ENOUGH | dict(ONLY) | {"decimal.handling.mode": "PRECISE", "column.include.list": ""}) == []


def test_secrets_are_masked_and_put_back() -> None:
    stored = ENOUGH | {"database.password": "hidden"}
    shown = masked(stored)
    assert shown["database.password"] == "********"
    assert unmasked(shown, stored) == stored
    assert unmasked(shown | {"database.password": "new"}, stored)["database.password"] == "new"


def test_the_password_is_never_printed() -> None:
    configuration = ConnectorConfiguration.parse("c", ENOUGH | {"database.password": "hidden"})
    assert "hidden" not in repr(configuration)
    assert "hidden" not in str(configuration.password)


def test_lists_are_anchored_and_ignore_case() -> None:
    selection = Selection(included_tables=(r"public\.p.*",), excluded_tables=("public.pets",))
    assert selection.takes("PUBLIC", "Person")
    assert not selection.takes("public", "pets")
    assert not selection.takes("xpublic", "person")
    assert not selection.takes("pg_catalog", "pg_class")
