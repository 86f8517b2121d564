"""Connectors, their leases and their snapshots, kept in the store."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select, update

from tallystick.capture.adapters.tables import connectors, snapshots, tasks
from tallystick.capture.domain.connector import Connector, Snapshot, TargetState, Task, TaskState
from tallystick.capture.errors import ConnectorExists, LeaseLost, UnknownConnector
from tallystick.platform.store import Connection, Store, upsert

__all__ = ["Registry"]


class Registry:
    """The desired state of every connector, and who works on it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def names(self) -> list[str]:
        """List the connectors in the order of their names."""
        with self._store.read() as connection:
            return list(connection.scalars(select(connectors.c.name).order_by(connectors.c.name)))

    def connectors(self) -> list[Connector]:
        """List the connectors' desired states."""
        with self._store.read() as connection:
            return [_connector(row) for row in connection.execute(select(connectors).order_by(connectors.c.name))]

    def hold_connectors(self, within: Connection) -> list[Connector]:
        """List the connectors as `connectors` does; of two tasks that hold them at once the second waits."""
        chosen = select(connectors).order_by(connectors.c.name).with_for_update()
        return [_connector(row) for row in within.execute(chosen)]

    def connector(self, name: str) -> Connector:
        """Return one connector's desired state."""
        with self._store.read() as connection:
            row = connection.execute(select(connectors).where(connectors.c.name == name)).one_or_none()
        if row is None:
            raise UnknownConnector(f"Connector {name} not found")
        return _connector(row)

    def add(self, connector: Connector) -> None:
        """Add a connector; its name must be free."""
        with self._store.write() as connection:
            if not upsert(connection, connectors, [_row(connector)], key=("name",), replace=False):
                raise ConnectorExists(f"Connector {connector.name} already exists")

    def configure(self, name: str, texts: Mapping[str, str]) -> Connector:
        """Change a connector's configuration, and nothing else of what was asked of it meanwhile; it begins anew."""
        self._change(name, configuration=_written(texts), restarts=connectors.c.restarts + 1)
        return self.connector(name)

    def aim(self, name: str, target: TargetState) -> None:
        """Change what a connector is to do."""
        self._change(name, target=target)

    def restart(self, name: str) -> None:
        """Ask for the connector's task to begin anew."""
        self._change(name, restarts=connectors.c.restarts + 1)

    def remove(self, name: str) -> None:
        """Forget a connector; its task finds out at its next write."""
        with self._store.write() as connection:
            if not connection.execute(delete(connectors).where(connectors.c.name == name)).rowcount:
                raise UnknownConnector(f"Connector {name} not found")
            # The row stays, so that a connector of the same name never repeats an epoch.
            self.fence(name, connection)

    def fence(self, name: str, within: Connection) -> None:
        """Take a connector's lease from whoever holds it: nothing that its task has not yet written will be."""
        values = {"epoch": tasks.c.epoch + 1, "lease_until_ms": 0, "state": "UNASSIGNED", "trace": ""}
        within.execute(update(tasks).where(tasks.c.connector == name).values(values))

    def task(self, name: str) -> Task | None:
        """Return what is known of a connector's task; None when none was ever started."""
        with self._store.read() as connection:
            row = connection.execute(select(tasks).where(tasks.c.connector == name)).one_or_none()
        return None if row is None else _task(row)

    def lease(
        self, connector: Connector, worker: str, lease_s: float, gone: Callable[[str], bool] = lambda _: False
    ) -> Task | None:
        """Take a connector whose lease is free or whose holder is `gone`; None when another worker holds it."""
        free = Task(connector.name, worker, epoch=0, restarts=0, lease_until_ms=0, state="UNASSIGNED")
        chosen = tasks.c.connector == connector.name
        with self._store.write() as connection:
            # There must be a row to lock: without it two workers that come at once would both find the lease free.
            upsert(connection, tasks, [vars(free)], key=("connector",), replace=False)
            before = _task(connection.execute(select(tasks).where(chosen).with_for_update()).one())
            now = _now_ms()
            if before.lease_until_ms > now and not gone(before.worker):
                return None
            task = Task(
                connector=connector.name,
                worker=worker,
                epoch=before.epoch + 1,
                restarts=connector.restarts,
                lease_until_ms=now + int(lease_s * 1000),
                state="RUNNING",
            )
            connection.execute(update(tasks).where(chosen).values(vars(task)))
            return task

    def renew(self, task: Task, lease_s: float) -> None:
        """Hold on to a lease; raise `LeaseLost` when it is another's."""
        with self._store.write() as connection:
            self._own(task, connection, lease_until_ms=_now_ms() + int(lease_s * 1000))

    def release(self, task: Task, state: TaskState, trace: str = "") -> None:
        """Give a lease back with the task's last state; nothing happens when it is another's by now."""
        with self._store.write() as connection:
            values = {"lease_until_ms": 0, "state": state, "trace": trace}
            connection.execute(update(tasks).where(*_owned(task)).values(values))

    def check(self, task: Task, within: Connection) -> None:
        """Raise `LeaseLost` unless the task holds its connector, and will until the transaction ends."""
        if within.execute(select(tasks.c.epoch).where(*_owned(task)).with_for_update()).one_or_none() is None:
            raise LeaseLost(f"connector {task.connector} is no longer run here")

    def begin_snapshot(self, connector: str, found: Sequence[Snapshot], within: Connection) -> None:
        """Note where the records of new snapshots begin."""
        rows = [vars(snapshot) | {"connector": connector} for snapshot in found]
        upsert(within, snapshots, rows, key=("topic",))

    def end_snapshot(self, ends: dict[str, int], within: Connection) -> None:
        """Note where the records of complete snapshots end."""
        for topic, end in ends.items():
            within.execute(update(snapshots).where(snapshots.c.topic == topic).values(end_offset=end))

    def snapshot(self, topic: str) -> Snapshot | None:
        """Return a topic's newest snapshot."""
        with self._store.read() as connection:
            row = connection.execute(select(snapshots).where(snapshots.c.topic == topic)).one_or_none()
        return None if row is None else Snapshot(row.topic, row.generation, row.first_offset, row.end_offset)

    def topics(self, connector: str) -> list[str]:
        """List the topics that a connector has made."""
        with self._store.read() as connection:
            chosen = select(snapshots.c.topic).where(snapshots.c.connector == connector).order_by(snapshots.c.topic)
            return list(connection.scalars(chosen))

    def _change(self, name: str, **values: object) -> None:
        with self._store.write() as connection:
            if not connection.execute(update(connectors).where(connectors.c.name == name).values(values)).rowcount:
                raise UnknownConnector(f"Unknown connector {name}")

    def _own(self, task: Task, connection: Connection, **values: object) -> None:
        if not connection.execute(update(tasks).where(*_owned(task)).values(values)).rowcount:
            raise LeaseLost(f"connector {task.connector} is no longer run here")


def _owned(task: Task) -> tuple[ColumnElement[bool], ...]:
    return tasks.c.connector == task.connector, tasks.c.epoch == task.epoch


def _row(connector: Connector) -> dict[str, object]:
    return {
        "name": connector.name,
        "configuration": _written(connector.texts),
        "target": connector.target,
        "restarts": connector.restarts,
    }


def _written(texts: Mapping[str, str]) -> str:
    return json.dumps(dict(texts))


def _connector(row: Row[Any]) -> Connector:
    return Connector(row.name, json.loads(row.configuration), row.target, row.restarts)


def _task(row: Row[Any]) -> Task:
    return Task(**row._asdict())


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
