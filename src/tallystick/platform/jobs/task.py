"""What a task is, and what it is given."""

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from tallystick.platform.jobs.errors import JobCancelled

__all__ = ["JobContext", "Task", "Tasks", "Told"]

REPORT_EVERY_S = 0.05


class Told(Protocol):
    """How a context reaches the worker from wherever the task runs."""

    def stop_asked(self) -> bool:
        """Tell whether the task should stop."""

    def report(self, done: int, total: int | None, unit: str) -> None:
        """Pass progress on."""


class JobContext:
    """The job that a task works for.

    `epoch` is the fencing token: effects outside the store should carry it, effects inside it call `Jobs.fence`.
    """

    def __init__(self, job_id: str, epoch: int, attempt: int, told: Told) -> None:
        self.job_id = job_id
        self.epoch = epoch
        self.attempt = attempt
        self._told = told
        self._report_after = 0.0

    def progress(self, done: int, total: int | None = None, unit: str = "") -> None:
        """Say how far the work is; cheap enough for every step."""
        now = time.monotonic()
        if now >= self._report_after or done == total:
            self._report_after = now + REPORT_EVERY_S
            self._told.report(done, total, unit)

    def cancelled(self) -> bool:
        """Tell whether the task should stop soon: its job was cancelled, or its worker is draining."""
        return self._told.stop_asked()

    def check(self) -> None:
        """Raise JobCancelled if the task should stop."""
        if self.cancelled():
            raise JobCancelled(self.job_id)


Task = Callable[[JobContext, bytes], bytes]
Tasks = Callable[[], Mapping[str, Task]]  # builds the tasks by kind, in the process that runs them
