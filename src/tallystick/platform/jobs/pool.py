"""Run tasks in processes of this machine: a crash or a kill ends one task, and is noticed at once."""

import ctypes
import multiprocessing
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any

import msgspec

from tallystick.platform.jobs.executor import (
    Assignment,
    Died,
    Execution,
    Failed,
    Outcome,
    Progress,
    Stopped,
    Succeeded,
    attempt,
)
from tallystick.platform.jobs.task import JobContext, Task, Tasks
from tallystick.platform.supervisor import die_with_parent

__all__ = ["ProcessPool"]

# A forked child would inherit locks and connections in the middle of being used by other threads.
SPAWN = multiprocessing.get_context("spawn")
FROM_CHILD = msgspec.msgpack.Decoder(Progress | Succeeded | Failed | Stopped)
FROM_WORKER = msgspec.msgpack.Decoder(Assignment)
ENCODE = msgspec.msgpack.Encoder().encode


class ProcessPool:
    """An executor of `slots` processes, started when needed and kept warm.

    `tasks` travels to each process by name and builds the tasks there: a module's function, or a `functools.partial`
    of one over plain values. Use the pool from one thread that lives as long: its processes die with that thread.
    """

    def __init__(self, tasks: Tasks, slots: int = 1) -> None:
        self.slots = slots
        self._tasks = tasks
        self._idle: list[_Child] = []
        self._busy: list[_PoolExecution] = []

    def start(self, assignment: Assignment) -> Execution:
        """Hand a task to an idle process, or to a new one."""
        self._settle()
        execution = _PoolExecution(self._child(), assignment)
        self._busy.append(execution)
        return execution

    def wait(self, timeout_s: float) -> None:
        """Return when a process said something or died, or after the timeout."""
        self._settle()
        children = [execution.child for execution in self._busy]
        wait([source for child in children for source in (child.connection, child.process.sentinel)], timeout_s)

    def close(self) -> None:
        """Kill every process."""
        for child in (*self._idle, *(execution.child for execution in self._busy)):
            child.kill()
        self._idle.clear()
        self._busy.clear()

    def _child(self) -> "_Child":
        while self._idle:
            child = self._idle.pop()
            if child.process.is_alive():
                return child
            child.kill()
        return _Child(self._tasks)

    def _settle(self) -> None:
        """Take back the processes whose task has ended."""
        over = [execution for execution in self._busy if execution.outcome() is not None]
        for execution in over:
            self._busy.remove(execution)
            if execution.child.process.is_alive():
                self._idle.append(execution.child)
            else:
                execution.child.kill()


class _Child:
    """One process of the pool, seen from the worker."""

    def __init__(self, tasks: Tasks) -> None:
        self.connection, theirs = SPAWN.Pipe()
        self.stop: Any = SPAWN.RawValue(ctypes.c_bool, False)  # without a lock that a killed process could hold
        self.process = SPAWN.Process(target=_serve, args=(tasks, theirs, self.stop, os.getpid()), daemon=True)
        self.process.start()
        theirs.close()

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


class _PoolExecution:
    def __init__(self, child: _Child, assignment: Assignment) -> None:
        self.child = child
        self._progress: Progress | None = None
        self._outcome: Outcome | None = None
        child.stop.value = False
        with suppress(OSError):  # a process that died meanwhile shows in `outcome`
            child.connection.send_bytes(ENCODE(assignment))

    def progress(self) -> Progress | None:
        self._listen()
        return self._progress

    def outcome(self) -> Outcome | None:
        self._listen()
        return self._outcome

    def stop(self) -> None:
        if self._outcome is None:
            self.child.stop.value = True

    def kill(self) -> None:
        if self._outcome is None:
            self._outcome = Died("killed")
            self.child.process.kill()
            self.child.process.join()

    def _listen(self) -> None:
        while self._outcome is None:
            alive = self.child.process.is_alive()  # asked first: the last words of a dead process are still read
            try:
                if not self.child.connection.poll():
                    if not alive:
                        self._outcome = Died(_how_it_died(self.child.process.exitcode))
                    return
                message = FROM_CHILD.decode(self.child.connection.recv_bytes())
            except (EOFError, OSError):
                self.child.process.join()
                self._outcome = Died(_how_it_died(self.child.process.exitcode))
                return
            if isinstance(message, Progress):
                self._progress = message
            else:
                self._outcome = message


def _how_it_died(code: int | None) -> str:
    if code is not None and code < 0:
        return f"the task's process was ended by {signal.Signals(-code).name}"
    return f"the task's process ended by itself with exit code {code}"


class _Worker:
    """The worker, seen from a process of the pool."""

    def __init__(self, connection: Connection, stop: Any) -> None:  # noqa: ANN401 - a ctypes value
        self._connection = connection
        self._stop = stop

    def stop_asked(self) -> bool:
        return bool(self._stop.value)

    def report(self, done: int, total: int | None, unit: str) -> None:
        self._connection.send_bytes(ENCODE(Progress(done, total, unit)))


def _serve(tasks: Tasks, connection: Connection, stop: Any, parent: int) -> None:  # noqa: ANN401 - a ctypes value
    die_with_parent(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the worker's to handle
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    worker = _Worker(connection, stop)
    built: Mapping[str, Task] | None = None
    while True:
        try:
            assignment = FROM_WORKER.decode(connection.recv_bytes())
        except (EOFError, OSError):
            return
        try:
            built = tasks() if built is None else built
        except Exception as failure:  # noqa: BLE001 - every job of this process has the same answer
            connection.send_bytes(ENCODE(Failed(f"the tasks cannot be built: {type(failure).__name__}: {failure}")))
            continue
        context = JobContext(assignment.job_id, assignment.epoch, assignment.attempt, worker)
        outcome = attempt(built.get(assignment.kind), assignment.kind, assignment.payload, context)
        connection.send_bytes(ENCODE(outcome))
