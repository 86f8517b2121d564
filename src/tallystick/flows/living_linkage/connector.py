"""The connector of a registry's table, declared from the registry's settings."""

import threading
from urllib.parse import unquote, urlsplit

from tallystick.capture.domain.configuration import CONNECTOR_CLASS
from tallystick.capture.errors import CaptureError
from tallystick.capture.service import Connectors
from tallystick.flows.living_linkage.settings import RegistrySettings
from tallystick.platform.settings import WrongSetting
from tallystick.platform.telemetry import logger

__all__ = ["connector_texts", "declare"]

RETRY_S = 1.0

log = logger("tallystick.registry")


def connector_texts(organisation: str, settings: RegistrySettings) -> dict[str, str]:
    """Write the connector's configuration, under Debezium's keys."""
    url = urlsplit(settings.database.reveal())
    if url.scheme not in ("postgresql", "postgres") or not url.hostname or not url.path.strip("/"):
        raise WrongSetting("registry.database: expected postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
    return {
        "connector.class": CONNECTOR_CLASS,
        "topic.prefix": organisation,
        "database.hostname": url.hostname,
        "database.port": str(url.port or 5432),
        "database.user": unquote(url.username or ""),
        "database.password": unquote(url.password or ""),
        "database.dbname": url.path.strip("/"),
        "table.include.list": settings.table,
        "publication.name": f"tallystick_{organisation.replace('-', '_')}",
        "publication.autocreate.mode": "filtered",
        "slot.name": f"tallystick_{organisation.replace('-', '_')}",
        "plugin.name": "pgoutput",
        "snapshot.mode": "when_needed",
        "value.converter.schemas.enable": "true",  # dates and decimal numbers are told by the schema alone
    }


def declare(connectors: Connectors, organisation: str, settings: RegistrySettings, stop: threading.Event) -> None:
    """Declare the connector, and go on trying while its database cannot be captured; the log says why."""
    texts = connector_texts(organisation, settings)
    told = ""
    while not stop.is_set():
        try:
            connectors.put(settings.connector, texts)
        except CaptureError as error:
            if str(error) != told:
                log.warning(
                    "the table cannot be captured yet", reason=str(error), settings="[registry] database, table"
                )
                told = str(error)
            stop.wait(RETRY_S)
        else:
            return
