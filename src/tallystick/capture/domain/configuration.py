"""A connector's configuration: texts in, one frozen object out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tallystick.capture.domain.keys import ALIASES, KEYS, is_secret
from tallystick.capture.domain.selection import Selection, broken
from tallystick.capture.domain.unoffered import unoffered_faults
from tallystick.capture.errors import InvalidConfiguration
from tallystick.platform.settings import Secret

__all__ = ["CONNECTOR_CLASS", "MASK", "ConnectorConfiguration", "faults", "masked", "unmasked"]

CONNECTOR_CLASS = "io.debezium.connector.postgresql.PostgresConnector"
CLASS_NAMES = frozenset({CONNECTOR_CLASS, "PostgresConnector", "Postgres"})
MASK = "********"

_TOPIC_PREFIX = re.compile(r"[A-Za-z0-9._-]{1,200}")
_SLOT = re.compile(r"[a-z0-9_]{1,63}")


@dataclass(frozen=True)
class ConnectorConfiguration:
    """What one connector is to do; `texts` is the configuration as it was given."""

    name: str
    texts: Mapping[str, str] = field(repr=False)

    @classmethod
    def parse(cls, name: str, texts: Mapping[str, str]) -> "ConnectorConfiguration":
        """Read a configuration; raise `InvalidConfiguration` with every fault at once."""
        if wrong := faults(texts):
            raise InvalidConfiguration(wrong)
        return cls(name, dict(texts))

    def text(self, key: str) -> str:
        """Return a value, or the key's default, or nothing."""
        for name in (key, *(alias for alias, current in ALIASES.items() if current == key)):
            if value := self.texts.get(name):
                return value
        return KEYS[key].default or ""

    def number(self, key: str) -> int:
        """Return a whole number."""
        return int(self.text(key))

    def flag(self, key: str) -> bool:
        """Return a switch."""
        return self.text(key).lower() == "true"

    def items(self, key: str) -> tuple[str, ...]:
        """Return the members of a list."""
        return tuple(item.strip() for item in self.text(key).split(",") if item.strip())

    @property
    def prefix(self) -> str:
        """First part of every topic's name."""
        return self.text("topic.prefix")

    @property
    def password(self) -> Secret:
        """The role's password."""
        return Secret(self.text("database.password"))

    @property
    def selection(self) -> Selection:
        """Which tables are captured."""
        return Selection(
            included_schemas=self.items("schema.include.list"),
            excluded_schemas=self.items("schema.exclude.list"),
            included_tables=self.items("table.include.list"),
            excluded_tables=self.items("table.exclude.list"),
        )

    @property
    def skipped(self) -> str:
        """Letters of the operations that are left out."""
        return "".join(item for item in self.items("skipped.operations") if item != "none")

    @property
    def snapshots(self) -> bool:
        """Whether rows are read before the stream."""
        return self.text("snapshot.mode") in ("initial", "when_needed")

    @property
    def resnapshots(self) -> bool:
        """Whether a lost position is mended by a new snapshot."""
        return self.text("snapshot.mode") == "when_needed"


def faults(texts: Mapping[str, str]) -> list[str]:
    """List what is wrong with a configuration, in Kafka Connect's words."""
    configuration = ConnectorConfiguration("", texts)
    wrong = [fault for key in KEYS.values() if (fault := key.fault(configuration.text(key.name)))]
    if configuration.prefix and not _TOPIC_PREFIX.fullmatch(configuration.prefix):
        wrong.append("The 'topic.prefix' value is invalid: use letters, digits, '.', '_' and '-'")
    if not _SLOT.fullmatch(configuration.text("slot.name")):
        wrong.append("The 'slot.name' value is invalid: use lower-case letters, digits and '_', at most 63")
    if unknown := set(configuration.skipped) - set("cudt"):
        wrong.append(f"The 'skipped.operations' value is invalid: no operation {', '.join(sorted(unknown))}")
    if configuration.text("database.sslmode") == "verify-full" and not configuration.text("database.sslrootcert"):
        wrong.append("The 'database.sslrootcert' value is invalid: verify-full needs a PEM file")
    wrong += _identity_faults(configuration.items("replica.identity.autoset.values"))
    return wrong + configuration.selection.faults() + unoffered_faults(texts)


def _identity_faults(wishes: tuple[str, ...]) -> list[str]:
    parts = [(wish, *wish.rpartition(":")) for wish in wishes]
    unread = [wish for wish, tables, _, word in parts if not tables or word not in ("FULL", "DEFAULT")]
    reasons = [f"{wish} is neither TABLE:FULL nor TABLE:DEFAULT" for wish in unread]
    reasons += broken(tuple(tables for _, tables, _, _ in parts))
    return [f"The 'replica.identity.autoset.values' value is invalid: {reason}" for reason in reasons]


def masked(texts: Mapping[str, str]) -> dict[str, str]:
    """Return a configuration that may be shown."""
    return {key: MASK if value and is_secret(key) else value for key, value in texts.items()}


def unmasked(texts: Mapping[str, str], stored: Mapping[str, str]) -> dict[str, str]:
    """Put back the secrets of a configuration that was shown masked and has come back changed."""
    return {
        key: stored[key] if value == MASK and is_secret(key) and key in stored else value
        for key, value in texts.items()
    }
