"""A worker process: it leases connectors whose desired state is RUNNING and runs the task of each in a thread."""

import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tallystick.capture.adapters.registry import Registry
from tallystick.capture.adapters.store_faults import STORE_FAULTS
from tallystick.capture.domain.connector import Connector, Task, TaskState
from tallystick.capture.errors import LeaseLost
from tallystick.capture.settings import CaptureSettings
from tallystick.platform.telemetry import logger

__all__ = ["Worker", "worker_name"]

JOIN_S = 10.0
STORE_PAUSE_S = 1.0

log_line = logger(__name__)


@dataclass
class _Run:
    """A task that is running here."""

    task: Task
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None
    renewed: float = field(default_factory=time.monotonic)


def worker_name() -> str:
    """Name this process among the workers of its organisation."""
    return f"{socket.gethostname()}:{os.getpid()}"


def gone(worker: str) -> bool:
    """Tell whether a worker was a process of this machine that is no more; if that is wrong, fencing still holds."""
    host, _, process = worker.rpartition(":")
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


class Worker:
    """Keeps what runs here equal to what is desired, as far as leases allow."""

    def __init__(
        self,
        registry: Registry,
        settings: CaptureSettings,
        capture: Callable[[Connector, Task, threading.Event], None],
        name: str = "",
    ) -> None:
        self._registry = registry
        self._settings = settings
        self._capture = capture
        self._name = name or worker_name()
        self._runs: dict[str, _Run] = {}

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop, then end every task at a batch's end and give its lease back."""
        try:
            while not stop.is_set():
                try:
                    self.tick(self._registry.connectors())
                except STORE_FAULTS as error:
                    log_line.warning("store unavailable", reason=str(error))
                    stop.wait(STORE_PAUSE_S)
                stop.wait(self._settings.poll_s)
        finally:
            self._end(list(self._runs))

    def tick(self, connectors: Sequence[Connector]) -> None:
        """End what is no longer desired, begin what is and is free, hold on to the rest."""
        desired = {connector.name: connector for connector in connectors if connector.target == "RUNNING"}
        self._end([name for name, run in self._runs.items() if not _still(run, desired.get(name))])
        for name, connector in desired.items():
            if name in self._runs:
                self._hold(name, self._runs[name])
            elif self._due(connector):
                self._begin(connector)

    def _due(self, connector: Connector) -> bool:
        """Tell whether a connector may begin: a failed one waits for a restart, of it or of the worker it failed in."""
        task = self._registry.task(connector.name)
        if task is None or task.state != "FAILED":
            return True
        return task.restarts != connector.restarts or gone(task.worker)

    def _begin(self, connector: Connector) -> None:
        task = self._registry.lease(connector, self._name, self._settings.lease_s, gone)
        if task is None:
            return
        run = self._runs[connector.name] = _Run(task)
        run.thread = threading.Thread(target=self._work, args=(connector, run), name=f"capture-{connector.name}")
        run.thread.start()

    def _work(self, connector: Connector, run: _Run) -> None:
        try:
            self._capture(connector, run.task, run.stop)
        except LeaseLost as error:
            log_line.warning("lease lost", connector=connector.name, reason=str(error))
        except Exception as error:  # noqa: BLE001 -- whatever ends a task is its state, and must not end the others
            log_line.error("connector failed", connector=connector.name, reason=str(error), kind=type(error).__name__)
            self._release(run, "FAILED", f"{type(error).__name__}: {error}")
        else:
            self._release(run, "UNASSIGNED")

    def _release(self, run: _Run, state: TaskState, trace: str = "") -> None:
        """Record how a task ended; a store that fails while the worker ends leaves it to the lease's own end."""
        while True:
            try:
                self._registry.release(run.task, state, trace)
            except STORE_FAULTS as error:
                log_line.warning("store unavailable", connector=run.task.connector, reason=str(error))
                if run.stop.wait(STORE_PAUSE_S):
                    return
            else:
                return

    def _hold(self, name: str, run: _Run) -> None:
        if time.monotonic() - run.renewed < self._settings.lease_s / 3:
            return
        try:
            self._registry.renew(run.task, self._settings.lease_s)
            run.renewed = time.monotonic()
        except LeaseLost:
            self._end([name])

    def _end(self, names: Sequence[str]) -> None:
        for name in names:
            self._runs[name].stop.set()
        for name in names:
            run = self._runs.pop(name)
            if run.thread is not None:
                run.thread.join(JOIN_S)


def _still(run: _Run, desired: Connector | None) -> bool:
    alive = run.thread is not None and run.thread.is_alive()
    return alive and desired is not None and desired.restarts == run.task.restarts
