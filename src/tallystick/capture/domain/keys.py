"""The configuration keys of a PostgreSQL connector: Debezium's words, with our defaults where they differ."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["ALIASES", "KEYS", "Key", "is_secret"]

_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,10}\s*")

KeyType = Literal["STRING", "INT", "BOOLEAN", "PASSWORD", "LIST", "CLASS"]


@dataclass(frozen=True)
class Key:
    """One key: how it is named and typed, what stands for it when it is absent, and what it does."""

    name: str
    kind: KeyType
    default: str | None
    documentation: str
    required: bool = False
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int = 2**31 - 1
    importance: str = "MEDIUM"

    def fault(self, value: str | None) -> str | None:
        """Say what is wrong with a value, in Kafka Connect's words; None for nothing."""
        if not value:
            return f"The '{self.name}' value is invalid: A value is required" if self.required else None
        reason = _REASONS[self.kind](self, value)
        return reason and f"Invalid value {value} for configuration {self.name}: {reason}"


def _integer(key: Key, value: str) -> str | None:
    if not _INTEGER.fullmatch(value) or abs(number := int(value)) > 2**31 - 1:
        return "Not a number of type INT"
    if number > key.most:
        return f"Value must be no more than {key.most}"
    return f"Value must be at least {key.least}" if key.least is not None and number < key.least else None


def _boolean(_key: Key, value: str) -> str | None:
    return None if value.lower() in ("true", "false") else "Expected value to be either true or false"


def _text(key: Key, value: str) -> str | None:
    if not key.choices or value in key.choices:
        return None
    return f"Value must be one of {', '.join(key.choices)}"


_REASONS: Final[dict[KeyType, Callable[[Key, str], str | None]]] = {
    "STRING": _text,
    "PASSWORD": _text,
    "LIST": _text,
    "CLASS": _text,
    "INT": _integer,
    "BOOLEAN": _boolean,
}

_KEYS = (
    Key("name", "STRING", None, "Name of the connector."),
    Key("connector.class", "CLASS", None, "Name or alias of the connector's class.", importance="HIGH"),
    Key("tasks.max", "INT", "1", "Most tasks; a connector needs one.", least=1, importance="HIGH"),
    Key("topic.prefix", "STRING", None, "First part of every topic's name.", required=True, importance="HIGH"),
    Key(
        "database.hostname",
        "STRING",
        None,
        "Name or address of the server, or the directory of its unix socket.",
        required=True,
        importance="HIGH",
    ),
    Key("database.port", "INT", "5432", "Port of the server.", least=1, most=65535, importance="HIGH"),
    Key("database.user", "STRING", None, "Role to log in as; it needs REPLICATION.", required=True, importance="HIGH"),
    Key("database.password", "PASSWORD", None, "Its password.", importance="HIGH"),
    Key("database.dbname", "STRING", None, "Database to capture.", required=True, importance="HIGH"),
    Key(
        "database.sslmode",
        "STRING",
        "prefer",
        "How the connection is protected.",
        choices=("disable", "prefer", "require", "verify-full"),
    ),
    Key("database.sslrootcert", "STRING", None, "PEM file with the root certificate that verify-full trusts."),
    Key("plugin.name", "STRING", "pgoutput", "Logical decoding plugin.", choices=("pgoutput",)),
    Key("slot.name", "STRING", "debezium", "Replication slot; made by the connector."),
    Key("publication.name", "STRING", "dbz_publication", "Publication that feeds the slot."),
    Key(
        "publication.autocreate.mode",
        "STRING",
        "filtered",
        "Who makes the publication, and of which tables.",
        choices=("filtered", "all_tables", "disabled"),
    ),
    Key("schema.include.list", "LIST", None, "Schemas to capture: anchored regular expressions."),
    Key("schema.exclude.list", "LIST", None, "Schemas not to capture."),
    Key("table.include.list", "LIST", None, "Tables to capture, as schema.table: anchored regular expressions."),
    Key("table.exclude.list", "LIST", None, "Tables not to capture."),
    Key(
        "replica.identity.autoset.values",
        "LIST",
        None,
        "REPLICA IDENTITY to set, as schema.table:FULL or schema.table:DEFAULT.",
    ),
    Key(
        "snapshot.mode",
        "STRING",
        "initial",
        "When rows are read: initial (before the first stream), when_needed (also when the slot is lost), no_data.",
        choices=("initial", "when_needed", "no_data", "never", "schema_only"),
    ),
    Key("tombstones.on.delete", "BOOLEAN", "true", "Follow each delete with a null value."),
    Key("skipped.operations", "LIST", "t", "Operations to leave out: letters of c, u, d, t, or none."),
    Key(
        "unavailable.value.placeholder",
        "STRING",
        "__debezium_unavailable_value",
        "What stands for a long value that a change left alone.",
    ),
    Key("key.converter.schemas.enable", "BOOLEAN", "false", "Whether keys carry their schema."),
    Key("value.converter.schemas.enable", "BOOLEAN", "false", "Whether values carry their schema."),
    Key("max.batch.size", "INT", "2048", "Most events in one batch.", least=1),
    Key("status.update.interval.ms", "INT", "10000", "How often the server hears what is durable.", least=10),
)

KEYS: Final = {key.name: key for key in _KEYS}

ALIASES: Final = {
    "database.server.name": "topic.prefix",
    "schema.whitelist": "schema.include.list",
    "schema.blacklist": "schema.exclude.list",
    "table.whitelist": "table.include.list",
    "table.blacklist": "table.exclude.list",
    "toasted.value.placeholder": "unavailable.value.placeholder",
}


def is_secret(name: str) -> bool:
    """Tell whether a key's value may be shown to nobody."""
    return name.endswith(("password", "secret")) or (name in KEYS and KEYS[name].kind == "PASSWORD")
