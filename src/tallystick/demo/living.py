"""Changes committed one by one, each measured until the unit's event about it is durable."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from tallystick.demo.changes import Change, Life
from tallystick.demo.person_table import correct, holds, insert, remove
from tallystick.demo.scene import Scene
from tallystick.demo.truth import Truth
from tallystick.demo.watch import MatchWatch

__all__ = ["Measured", "Stage"]

PATIENCE_S = 20.0
LOST_S = 60.0


@dataclass(frozen=True)
class Measured:
    """A change that was committed; `commit_to_event_ms` is None when no event about it came in time."""

    kind: str
    registry: str
    number: int
    person: str
    effect: str
    commit_to_event_ms: float | None


class Stage:
    """Commits changes at the registries' databases, and waits for no database once not `alive`."""

    def __init__(
        self, scene: Scene, watch: MatchWatch, life: Life, *, alive: Callable[[], bool] = lambda: True
    ) -> None:
        self._scene = scene
        self._watch = watch
        self._life = life
        self._alive = alive
        self._truth = Truth(scene.sites.truth)
        self._connections: dict[str, psycopg.Connection] = {}

    def change(self) -> Measured:
        """Commit the next change in a transaction of its own, and wait for what it does to a match."""
        change = self._life.next()
        begun = time.monotonic()
        number = self._commit(change)
        committed = time.monotonic()
        self._life.record(change, number)
        key = self._scene.record_keys(change.registry).of({"id": number})
        seconds = self._watch.wait_for(change.registry, key, begun, PATIENCE_S)
        late = None if seconds is None else max(0.0, (begun + seconds - committed) * 1000)
        name = f"{change.person.value('given_name')} {change.person.value('surname')}".strip()
        return Measured(change.kind, change.registry, number, name, change.effect, late)

    def close(self) -> None:
        """Close the databases' connections."""
        for connection in self._connections.values():
            connection.close()

    def _commit(self, change: Change) -> int:
        """Commit a change once, though the database be lost on the way: what it held of it is seen when it is back."""
        number = change.number
        deadline = time.monotonic() + LOST_S
        while True:
            try:
                connection = self._connection(change.registry)
                if change.number is None and number is not None and holds(connection, number):
                    return number
                with connection.transaction():
                    number = self._apply(connection, change)
            except psycopg.OperationalError:
                self._connections.pop(change.registry, None)
                if time.monotonic() > deadline or not self._alive():
                    raise
            else:
                return number

    def _apply(self, connection: psycopg.Connection, change: Change) -> int:
        if change.number is None:
            number = insert(connection, change.person)
            self._truth.add(change.registry, {number: change.person.truth})
            return number
        if change.kind == "deletion":
            remove(connection, change.number)
        else:
            correct(connection, change.number, change.person.value("surname"))
        return change.number

    def _connection(self, registry: str) -> psycopg.Connection:
        connection = self._connections.get(registry)
        if connection is None or connection.closed:
            database = self._scene.sites.database(registry)
            database.wait_until_ready()
            connection = self._connections[registry] = psycopg.connect(database.url(), autocommit=True)
        return connection
