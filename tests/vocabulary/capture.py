"""A connector under test: its database, its store, and what it has recorded."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psycopg

from tallystick.capture import POSITION_HEADER
from tallystick.capture.adapters.registry import Registry
from tallystick.capture.domain.connector import Snapshot
from tallystick.capture.settings import CaptureSettings
from tallystick.capture.wiring import BRANCH, Capture, build, run_worker
from tallystick.platform.log import StoredRecord, UnknownTopicError
from tallystick.platform.settings import Secret
from tallystick.platform.wiring import Platform, PlatformSettings, StoreSettings, open_platform

__all__ = ["Bench", "bench", "eventually", "positions"]

T = TypeVar("T")

SETTINGS = CaptureSettings(poll_s=0.05, lease_s=2.0)


class Bench:
    """Capture on a data directory, and the PostgreSQL database that it captures."""

    def __init__(self, url: str, data_dir: Path, store_url: str) -> None:
        settings = PlatformSettings(store=StoreSettings(url=Secret(store_url)))
        self.platform: Platform = open_platform(settings, data_dir, [BRANCH])
        self.capture: Capture = build(SETTINGS, self.platform)
        self.url = url
        self._database = psycopg.connect(url, autocommit=True)

    def execute(self, statement: str) -> None:
        """Run SQL in the captured database, one transaction for the whole text."""
        self._database.execute(statement)

    def value(self, question: str) -> Any:
        """Ask the captured database for one value."""
        row = self._database.execute(question).fetchone()
        return row and row[0]

    def configuration(self, **changes: str) -> dict[str, str]:
        """Describe a connector to this database; `a__b` in a keyword stands for `a.b`."""
        info = self._database.info
        return {
            "connector.class": "PostgresConnector",
            "topic.prefix": "p",
            "database.hostname": info.host,
            "database.port": str(info.port),
            "database.user": info.user,
            "database.dbname": info.dbname,
            "slot.name": info.dbname,
            "status.update.interval.ms": "200",
        } | {key.replace("__", "."): value for key, value in changes.items()}

    def stored_configuration(self, name: str) -> Mapping[str, str]:
        """Return a connector's configuration as the store keeps it, secrets and all."""
        return Registry(self.platform.store).connector(name).texts

    @contextmanager
    def working(self) -> Iterator[None]:
        """Run a worker for the time of the block."""
        stop = threading.Event()
        thread = threading.Thread(target=run_worker, args=(build(SETTINGS, self.platform), stop))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def records(self, topic: str) -> list[StoredRecord]:
        """Return everything recorded in a topic."""
        return self.platform.log.read(topic, 0, limit=1_000_000)

    def events(self, topic: str) -> list[dict[str, Any]]:
        """Return the values recorded in a topic, tombstones left out."""
        return [json.loads(record.value) for record in self.records(topic) if record.value is not None]

    def wait_for(self, topic: str, count: int) -> list[StoredRecord]:
        """Return a topic's records once there are so many."""
        eventually(lambda: self.end(topic), lambda end: end >= count)
        return self.records(topic)

    def end(self, topic: str) -> int:
        """Return how many records a topic holds."""
        try:
            return self.platform.log.end(topic)
        except UnknownTopicError:
            return 0

    def snapshot(self, topic: str, generation: int = 1) -> Snapshot:
        """Return a topic's snapshot once it is whole."""
        found = eventually(
            lambda: self.capture.service.snapshot(topic),
            lambda found: bool(found and found.complete and found.generation == generation),
        )
        assert found is not None
        return found

    def task_fails(self, name: str) -> str:
        """Return the trace of a connector's task once it has failed."""
        task = eventually(lambda: self.capture.service.task(name), lambda task: bool(task and task.state == "FAILED"))
        assert task is not None
        return task.trace

    def close(self) -> None:
        """Drop the slots that the test made, and close everything."""
        self._database.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
            "WHERE database = current_database() AND NOT active"
        )
        self._database.close()
        self.platform.close()


@contextmanager
def bench(url: str, data_dir: Path, store_url: str = "") -> Iterator[Bench]:
    """Open a bench; its own store is SQLite unless `store_url` says otherwise."""
    opened = Bench(url, data_dir, store_url)
    try:
        yield opened
    finally:
        opened.close()


def positions(records: list[StoredRecord]) -> list[bytes]:
    """Return the records' positions, in order."""
    return [dict(record.headers)[POSITION_HEADER] for record in records]


def eventually(look: Callable[[], T], enough: Callable[[T], bool], timeout_s: float = 20) -> T:
    """Look again and again until it is enough."""
    deadline = time.monotonic() + timeout_s
    while not enough(seen := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not in {timeout_s} s; last seen: {str(seen)[:500]}")
        time.sleep(0.01)
    return seen
