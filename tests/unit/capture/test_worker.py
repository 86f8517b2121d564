"""What runs is what is desired."""

import threading
from dataclasses import dataclass, field

import pytest
from tests.vocabulary.capture import eventually

from tallystick.capture.adapters.registry import Registry
from tallystick.capture.domain.connector import Connector, Task
from tallystick.capture.settings import CaptureSettings
from tallystick.capture.worker import Worker, gone, worker_name

CONNECTOR = Connector("c", {}, "RUNNING", 0)


@dataclass
class Tasks:
    """Tasks that run until they are told to stop, or fail at once."""

    running: list[str] = field(default_factory=list)
    failure: Exception | None = None

    def run(self, connector: Connector, _: Task, stop: threading.Event) -> None:
        if self.failure:
            raise self.failure
        self.running.append(connector.name)
        stop.wait(10)
        self.running.remove(connector.name)


@pytest.fixture
def tasks() -> Tasks:
    return Tasks()


@pytest.fixture
def worker(registry: Registry, tasks: Tasks) -> Worker:
    registry.add(CONNECTOR)
    return Worker(registry, CaptureSettings(), tasks.run)


def test_a_connector_runs_while_it_is_desired(worker: Worker, tasks: Tasks) -> None:
    worker.tick([CONNECTOR])
    eventually(lambda: tasks.running, lambda running: running == ["c"])
    worker.tick([])
    assert tasks.running == []


def test_a_restart_begins_anew(worker: Worker, tasks: Tasks, registry: Registry) -> None:
    worker.tick([CONNECTOR])
    registry.restart("c")
    worker.tick(registry.connectors())
    eventually(lambda: tasks.running, lambda running: running == ["c"])
    task = registry.task("c")
    assert task is not None
    assert (task.epoch, task.restarts) == (2, 1)
    worker.tick([])


def test_a_failure_is_kept_until_a_restart(worker: Worker, tasks: Tasks, registry: Registry) -> None:
    tasks.failure = ValueError("no such table")
    worker.tick([CONNECTOR])
    failed = eventually(lambda: registry.task("c"), lambda task: bool(task and task.state == "FAILED"))
    assert failed is not None
    assert failed.trace == "ValueError: no such table"
    tasks.failure = None
    worker.tick([CONNECTOR])
    assert tasks.running == []
    registry.restart("c")
    worker.tick(registry.connectors())
    eventually(lambda: tasks.running, lambda running: running == ["c"])
    worker.tick([])


def test_a_process_that_is_no_more_is_gone() -> None:
    host = worker_name().rpartition(":")[0]
    assert not gone(worker_name())
    assert gone(f"{host}:{2**22 + 1}")
    assert not gone("elsewhere:1")
