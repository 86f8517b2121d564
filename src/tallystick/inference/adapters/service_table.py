"""Services and revisions as rows of the store."""

import msgspec
from sqlalchemy import Row, select
from sqlalchemy.sql.elements import ColumnElement

from tallystick.inference.adapters.tables import revisions, services
from tallystick.inference.domain.revision import Revision, Service
from tallystick.platform.store import Connection, Store, upsert

__all__ = ["ServiceTable"]

_desired, _serving = revisions.alias("desired_revision"), revisions.alias("serving_revision")
_SERVICES = (
    select(services, _desired.c.body.label("desired_body"), _serving.c.body.label("serving_body"))
    .join(_desired, services.c.desired == _desired.c.id)
    .outerjoin(_serving, services.c.serving == _serving.c.id)
    .order_by(services.c.name)
)
_revision = msgspec.json.Decoder(Revision)


class ServiceTable:
    """The durable list of services; every process sees a change at its next look."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> list[Service]:
        """Return every service, by name."""
        with self._store.read() as connection:
            return [_service(row) for row in connection.execute(_SERVICES)]

    def desire(self, revision: Revision) -> Service:
        """Make this the desired revision of its service, and count the version up unless it already is."""
        with self._store.write() as connection:
            before = _find(connection, revision.service)
            if before and before.desired == revision:
                return before
            upsert(connection, revisions, [{"id": revision.id, "body": msgspec.json.encode(revision)}], key=["id"])
            after = _succeeded(before, revision)
            row = {
                "name": after.name,
                "version": after.version,
                "desired": revision.id,
                "serving": after.serving.id if after.serving else None,
                "serving_version": after.serving_version,
                "failure": "",
            }
            upsert(connection, services, [row], key=["name"])
            return after

    def record_serving(self, service: Service) -> None:
        """Note that the desired revision serves now, unless another one is desired by now."""
        values = {"serving": service.desired.id, "serving_version": service.version, "failure": ""}
        with self._store.write() as connection:
            connection.execute(services.update().where(*_same(service)).values(values))

    def record_failure(self, service: Service, reason: str) -> None:
        """Note why the desired revision does not serve, unless another one is desired by now."""
        with self._store.write() as connection:
            connection.execute(services.update().where(*_same(service)).values(failure=reason))

    def delete(self, name: str) -> bool:
        """Forget a service; false when there was none."""
        with self._store.write() as connection:
            return connection.execute(services.delete().where(services.c.name == name)).rowcount > 0


def _find(connection: Connection, name: str) -> Service | None:
    row = connection.execute(_SERVICES.where(services.c.name == name)).one_or_none()
    return _service(row) if row else None


def _succeeded(before: Service | None, revision: Revision) -> Service:
    """Return the service once `revision` is desired; what serves does not change by a wish."""
    if before is None:
        return Service(name=revision.service, version=1, desired=revision)
    return msgspec.structs.replace(before, version=before.version + 1, desired=revision, failure="")


def _same(service: Service) -> list[ColumnElement[bool]]:
    return [services.c.name == service.name, services.c.desired == service.desired.id]


def _service(row: Row[tuple[object, ...]]) -> Service:
    return Service(
        name=row.name,
        version=row.version,
        desired=_revision.decode(row.desired_body),
        serving=_revision.decode(row.serving_body) if row.serving_body else None,
        serving_version=row.serving_version,
        failure=row.failure,
    )
