"""Changes committed one by one, each measured until the unit's event about it is durable."""

import time
from dataclasses import dataclass

import psycopg

from tallystick.demo.changes import Change, Life
from tallystick.demo.person_table import correct, insert, remove
from tallystick.demo.scene import Scene
from tallystick.demo.truth import Truth
from tallystick.demo.watch import MatchWatch

__all__ = ["Measured", "Stage"]

PATIENCE_S = 20.0


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
    """Commits changes at the registries' databases."""

    def __init__(self, scene: Scene, watch: MatchWatch, life: Life) -> None:
        self._scene = scene
        self._watch = watch
        self._life = life
        self._truth = Truth(scene.sites.truth)
        self._connections: dict[str, psycopg.Connection] = {}

    def change(self) -> Measured:
        """Commit the next change in a transaction of its own, and wait for what it does to a match."""
        change = self._life.next()
        number = self._commit(change)
        committed = time.monotonic()
        self._life.record(change, number)
        key = self._scene.record_keys(change.registry).of({"id": number})
        seconds = self._watch.wait_for(change.registry, key, self._begun, PATIENCE_S)
        late = None if seconds is None else max(0.0, (self._begun + seconds - committed) * 1000)
        name = f"{change.person.value('given_name')} {change.person.value('surname')}".strip()
        return Measured(change.kind, change.registry, number, name, change.effect, late)

    def close(self) -> None:
        """Close the databases' connections."""
        for connection in self._connections.values():
            connection.close()

    def _commit(self, change: Change) -> int:
        connection = self._connection(change.registry)
        with connection.transaction():
            if change.kind == "new person":
                number = insert(connection, change.person)
                self._truth.add(change.registry, {number: change.person.truth})
            elif change.number is None:
                raise ValueError(f"a {change.kind} needs a row")
            else:
                number = change.number
                if change.kind == "deletion":
                    remove(connection, number)
                else:
                    correct(connection, number, change.person.value("surname"))
            self._begun = time.monotonic()
        return number

    def _connection(self, registry: str) -> psycopg.Connection:
        connection = self._connections.get(registry)
        if connection is None or connection.closed:
            connection = psycopg.connect(self._scene.sites.database(registry).url(), autocommit=True)
            self._connections[registry] = connection
        return connection
