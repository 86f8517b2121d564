"""The port through which a worker has tasks run, wherever that is."""

from typing import Protocol

import msgspec

from tallystick.platform.jobs.errors import JobCancelled, PermanentFailure
from tallystick.platform.jobs.task import JobContext, Task

__all__ = [
    "RESULT_LIMIT",
    "Assignment",
    "Died",
    "Execution",
    "Executor",
    "Failed",
    "Outcome",
    "Progress",
    "Stopped",
    "Succeeded",
    "attempt",
]

RESULT_LIMIT = 16 * 1024 * 1024


class Assignment(msgspec.Struct, frozen=True, tag=True):
    """One attempt at one job."""

    job_id: str
    kind: str
    epoch: int
    attempt: int
    payload: bytes


class Progress(msgspec.Struct, frozen=True, tag=True):
    """How far a task is."""

    done: int
    total: int | None
    unit: str


class Succeeded(msgspec.Struct, frozen=True, tag=True):
    """The task returned."""

    result: bytes


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The task raised; `for_good` if trying again would not help."""

    error: str
    for_good: bool = False

    def __post_init__(self) -> None:
        """Write characters that no database takes as escapes: a task may have raised foreign bytes."""
        plain = self.error.encode(errors="backslashreplace").decode().replace("\0", "\\x00")
        msgspec.structs.force_setattr(self, "error", plain)


class Stopped(msgspec.Struct, frozen=True, tag=True):
    """The task stopped because it was asked to."""


class Died(msgspec.Struct, frozen=True, tag=True):
    """What ran the task is gone."""

    error: str


Outcome = Succeeded | Failed | Stopped | Died


class Execution(Protocol):
    """A task that has been started."""

    def progress(self) -> Progress | None:
        """Return the newest progress, if there was any."""

    def outcome(self) -> Outcome | None:
        """Return how it ended, or None while it runs; never blocks."""

    def stop(self) -> None:
        """Ask the task to stop; `JobContext.cancelled` turns true."""

    def kill(self) -> None:
        """End it now if that is possible, and give its result up in any case."""


class Executor(Protocol):
    """Something that runs tasks."""

    slots: int

    def start(self, assignment: Assignment) -> Execution:
        """Start a task; the caller keeps to `slots` at once."""

    def wait(self, timeout_s: float) -> None:
        """Return when an execution may have news, or after the timeout."""

    def close(self) -> None:
        """End everything that is still running."""


def attempt(task: Task | None, kind: str, payload: bytes, context: JobContext) -> Outcome:
    """Run a task to its outcome; whatever it raises becomes one."""
    if task is None:
        return Failed(f"this worker knows no task {kind!r}", for_good=True)
    try:
        result = task(context, payload)
    except JobCancelled:
        return Stopped()
    except PermanentFailure as failure:
        return Failed(str(failure), for_good=True)
    except Exception as failure:  # noqa: BLE001 - whatever a task raises is the job's outcome, not the worker's end
        return Failed(f"{type(failure).__name__}: {failure}")
    if not isinstance(result, bytes):
        return Failed(f"task {kind!r} returned {type(result).__name__}, not bytes", for_good=True)
    if len(result) > RESULT_LIMIT:
        return Failed(f"task {kind!r} returned {len(result)} bytes; store them as an object instead", for_good=True)
    return Succeeded(result)
