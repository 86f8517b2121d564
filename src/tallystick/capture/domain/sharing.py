"""What two connectors must not share: one slot feeds one of them, and the publication is altered to suit one."""

from tallystick.capture.domain.configuration import ConnectorConfiguration

__all__ = ["same_server", "shared"]


def same_server(one: ConnectorConfiguration, other: ConnectorConfiguration) -> bool:
    """Tell whether two connectors name the same server; one that has two names is seen when a task begins."""
    return all(one.text(key).lower() == other.text(key).lower() for key in ("database.hostname", "database.port"))


def shared(one: ConnectorConfiguration, other: ConnectorConfiguration) -> str | None:
    """Name the key by which two connectors of one server would take changes from each other; None for neither.

    A slot is the server's, a publication one database's. One that neither of them alters may serve both.
    """
    if one.text("slot.name") == other.text("slot.name"):
        return "slot.name"
    altered = "filtered" in (one.text("publication.autocreate.mode"), other.text("publication.autocreate.mode"))
    same = all(one.text(key) == other.text(key) for key in ("database.dbname", "publication.name"))
    return "publication.name" if altered and same else None
