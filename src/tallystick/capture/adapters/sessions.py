"""Connections to a connector's database, and the server's refusals in words that name what to change."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tallystick.capture.domain.configuration import ConnectorConfiguration
from tallystick.capture.errors import CaptureError, PositionLost, SourceRefused, SourceUnavailable
from tallystick.native import MalformedInput, PeerRefused, PeerUnavailable
from tallystick.native.capture import PostgresSession

__all__ = ["connect", "identifier", "literal", "translated"]

ADVICE: Final = {
    "28P01": "change database.user or database.password",
    "28000": "change database.user, or allow it and replication in the server's pg_hba.conf",
    "3D000": "change database.dbname, or create the database",
    "42501": "grant it: the role needs REPLICATION, SELECT on the tables, and CREATE on the database to make a "
    "publication (or make it yourself and set publication.autocreate.mode=disabled)",
    "55000": "set wal_level=logical in postgresql.conf and restart the server",
    "53400": "raise max_replication_slots in postgresql.conf and restart the server",
    "53300": "raise max_connections or max_wal_senders in postgresql.conf and restart the server",
}
PASSING: Final = frozenset(
    {"55006", "57P01", "57P02", "57P03", "53300", "40001", "55P03"}
    # Given up for another's lock, or what an earlier attempt of ours was about to make.
    | {"57014", "23505", "42710"}
)
LOST: Final = ("can no longer get changes from replication slot", "requested WAL segment", "has been invalidated")


def connect(
    configuration: ConnectorConfiguration, *, replication: bool = False, timeout_s: float = 10.0
) -> PostgresSession:
    """Log in to the connector's database; raise `SourceUnavailable` or `SourceRefused`."""
    with translated():
        return PostgresSession(
            host=configuration.text("database.hostname"),
            port=configuration.number("database.port"),
            user=configuration.text("database.user"),
            password=configuration.password.reveal(),
            database=configuration.text("database.dbname"),
            tls=configuration.text("database.sslmode"),
            root_certificate=configuration.text("database.sslrootcert") or None,
            replication=replication,
            timeout_ms=int(timeout_s * 1000),
        )


@contextmanager
def translated() -> Iterator[None]:
    """Turn the core's exceptions into capture's."""
    try:
        yield
    except PeerUnavailable as error:
        raise SourceUnavailable(str(error)) from None
    except PeerRefused as error:
        raise _refusal(str(error)) from None
    except MalformedInput as error:
        raise SourceRefused(str(error)) from None


def _refusal(text: str) -> CaptureError:
    code = text.removeprefix("SQLSTATE ")[:5] if text.startswith("SQLSTATE ") else ""
    if any(sign in text for sign in LOST):
        return PositionLost(text)
    if code in PASSING or code.startswith("08"):
        return SourceUnavailable(text)
    advice = ADVICE.get(code)
    return SourceRefused(f"{text}; {advice}" if advice else text)


def identifier(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a text for SQL."""
    return "'" + text.replace("'", "''") + "'"
