"""Keys of Debezium and Kafka Connect that change what is recorded, where we do one thing alone.

Most of them are Debezium's defaults, and may be said. Ignored, they would let through what they were to hide or change.
"""

from collections.abc import Mapping
from typing import Final

__all__ = ["ONLY", "unoffered_faults"]

JSON: Final = "org.apache.kafka.connect.json.JsonConverter"

ONLY: Final[Mapping[str, str]] = {
    "binary.handling.mode": "bytes",
    "converters": "",
    "datatype.propagate.source.type": "",
    "decimal.handling.mode": "precise",
    "event.processing.failure.handling.mode": "fail",
    "field.name.adjustment.mode": "none",
    "hstore.handling.mode": "json",
    "include.unknown.datatypes": "false",
    "interval.handling.mode": "numeric",
    "key.converter": JSON,
    "message.key.columns": "",
    "predicates": "",
    "provide.transaction.metadata": "false",
    "publish.via.partition.root": "false",
    "sanitize.field.names": "false",
    "schema.name.adjustment.mode": "none",
    "skip.messages.without.change": "false",
    "slot.drop.on.stop": "false",
    "slot.drop_on_stop": "false",
    "snapshot.include.collection.list": "",
    "time.precision.mode": "adaptive",
    "topic.delimiter": ".",
    "topic.naming.strategy": "io.debezium.schema.SchemaTopicNamingStrategy",
    "transforms": "",
    "value.converter": JSON,
    "xmin.fetch.interval.ms": "0",
}
"""What each key may be set to; nothing where it may not be set."""

FAMILIES: Final = ("column.", "snapshot.select.statement.overrides")
"""Beginnings of keys that may not be set, whatever follows: a part of their names is a length, a salt or a table."""


def unoffered_faults(texts: Mapping[str, str]) -> list[str]:
    """List the keys that ask for something else than what we do, in Kafka Connect's words."""
    return [
        f"Invalid value {value} for configuration {key}: {_advice(key)}"
        for key, value in texts.items()
        if (key in ONLY or key.startswith(FAMILIES)) and value.strip().lower() not in ("", ONLY.get(key, "").lower())
    ]


def _advice(key: str) -> str:
    return f"Value must be {ONLY[key]}, nothing else is offered" if ONLY.get(key) else "it is not offered; remove it"
