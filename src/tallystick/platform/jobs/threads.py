"""Run tasks on threads of this process: for tasks that spend their time in native code, and for tests."""

import threading
from collections.abc import Mapping

from tallystick.platform.jobs.executor import Assignment, Died, Execution, Outcome, Progress, attempt
from tallystick.platform.jobs.task import JobContext, Task, Tasks

__all__ = ["Threads"]


class Threads:
    """An executor on threads; a thread cannot be killed, so `kill` only gives its result up."""

    def __init__(self, tasks: Tasks, slots: int = 1) -> None:
        self.slots = slots
        self._tasks: Mapping[str, Task] = tasks()
        self._news = threading.Event()
        self._executions: list[_ThreadExecution] = []

    def start(self, assignment: Assignment) -> Execution:
        """Start a task on a thread of its own."""
        execution = _ThreadExecution(self._news)
        self._executions = [one for one in self._executions if one.outcome() is None] + [execution]
        task = self._tasks.get(assignment.kind)
        threading.Thread(target=execution.run, args=(task, assignment), name=assignment.kind, daemon=True).start()
        return execution

    def wait(self, timeout_s: float) -> None:
        """Return when a task reported or ended, or after the timeout."""
        self._news.wait(timeout_s)
        self._news.clear()

    def close(self) -> None:
        """Ask all tasks to stop, and give their results up."""
        for execution in self._executions:
            execution.kill()


class _ThreadExecution:
    def __init__(self, news: threading.Event) -> None:
        self._news = news
        self._stop = threading.Event()
        self._progress: Progress | None = None
        self._outcome: Outcome | None = None

    def run(self, task: Task | None, assignment: Assignment) -> None:
        context = JobContext(assignment.job_id, assignment.epoch, assignment.attempt, self)
        outcome = attempt(task, assignment.kind, assignment.payload, context)
        self._outcome = self._outcome or outcome
        self._news.set()

    def stop_asked(self) -> bool:
        return self._stop.is_set()

    def report(self, done: int, total: int | None, unit: str) -> None:
        self._progress = Progress(done, total, unit)
        self._news.set()

    def progress(self) -> Progress | None:
        return self._progress

    def outcome(self) -> Outcome | None:
        return self._outcome

    def stop(self) -> None:
        self._stop.set()

    def kill(self) -> None:
        self._outcome = self._outcome or Died("given up")
        self._stop.set()
