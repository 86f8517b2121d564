"""Take jobs, have them run, keep their leases, record their ends."""

import os
import socket
import threading
import time
from collections.abc import Sequence

from tallystick.platform.jobs.errors import LeaseLostError
from tallystick.platform.jobs.executor import Assignment, Execution, Executor, Failed, Outcome, Progress, Stopped
from tallystick.platform.jobs.job import Job
from tallystick.platform.jobs.leases import Leases
from tallystick.platform.store import Store
from tallystick.platform.telemetry import logger, metrics

__all__ = ["Worker"]

LOOK_FOR_CANCELS_S = 0.04  # so that a task that checks often stops within 100 ms of its cancellation
LOOK_FOR_JOBS_S = 0.2
REPORT_EVERY_S = 0.5

log = logger("jobs")
running = metrics.gauge("tallystick_jobs_running", "Jobs that this process runs.")
ended = metrics.counter("tallystick_jobs_ended_total", "Attempts at jobs that ended.", ["kind", "state"])
lost = metrics.counter("tallystick_jobs_leases_lost_total", "Jobs that went to another worker meanwhile.", ["kind"])


class Worker:
    """One taker of jobs; any number may share a store, in any number of processes.

    Worker(store, ProcessPool(tasks, slots=2), kinds=["linkage.run"]).run(stop)
    """

    def __init__(
        self,
        store: Store,
        executor: Executor,
        kinds: Sequence[str],
        *,
        lease_s: float = 15.0,
        drain_s: float = 5.0,
        name: str | None = None,
    ) -> None:
        self.name = name or f"{socket.gethostname()}-{os.getpid()}"
        self._executor = executor
        self._kinds = kinds
        self._lease_s = lease_s
        self._drain_s = drain_s
        self._leases = Leases(store, self.name, lease_s=lease_s)
        self._running: list[_Running] = []
        self._look_after = 0.0

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, then ask running tasks to stop and hand back what did not finish."""
        try:
            while not stop.is_set():
                self._take()
                if self._running:
                    self._executor.wait(LOOK_FOR_CANCELS_S)
                else:
                    stop.wait(LOOK_FOR_JOBS_S)
                self._tend()
                running.set(len(self._running))
            self._drain()
        finally:
            self._executor.close()

    def _take(self) -> None:
        """Fill the free slots; when nothing is due, do not ask again for a while."""
        while len(self._running) < self._executor.slots and time.monotonic() >= self._look_after:
            lease = self._leases.take(self._kinds)
            if lease is None:
                self._look_after = time.monotonic() + LOOK_FOR_JOBS_S / 2
                return
            job = lease.job
            assignment = Assignment(job.id, job.kind, job.epoch, job.attempts, lease.payload)
            self._running.append(_Running(job, self._executor.start(assignment), self._lease_s))
            log.info("job taken", job=job.id, kind=job.kind, epoch=job.epoch, attempt=job.attempts)

    def _tend(self) -> None:
        """Record what ended, stop what should stop, keep the rest."""
        for one in self._running[:]:
            if (outcome := one.outcome()) is not None:
                self._end(one, outcome)
                self._look_after = 0.0
        if self._running:
            to_stop = self._leases.to_stop([one.job for one in self._running])
            for one in self._running[:]:
                if one.job.id in to_stop:
                    one.stop(patience_s=self._drain_s)
                if one.renewal_is_due():
                    self._renew(one)

    def _end(self, one: "_Running", outcome: Outcome) -> None:
        self._running.remove(one)
        try:
            job = self._leases.end(one.job, outcome, one.execution.progress())
        except LeaseLostError:
            self._lost(one.job)
        else:
            ended.labels(job.kind, job.state).inc()
            log.info("job left", job=job.id, kind=job.kind, epoch=job.epoch, state=job.state, attempts=job.attempts)

    def _renew(self, one: "_Running") -> None:
        progress = one.execution.progress()
        try:
            self._leases.renew(one.job, progress)
        except LeaseLostError:
            one.execution.kill()
            self._running.remove(one)
            self._lost(one.job)
        else:
            one.renewed(progress)

    def _lost(self, job: Job) -> None:
        """Note that another worker's result counts."""
        lost.labels(job.kind).inc()
        log.warning("job lost", job=job.id, kind=job.kind, epoch=job.epoch)

    def _drain(self) -> None:
        deadline = time.monotonic() + self._drain_s
        for one in self._running:
            one.stop(patience_s=self._drain_s)
        while self._running and time.monotonic() < deadline:
            self._executor.wait(LOOK_FOR_CANCELS_S)
            self._tend()
        for one in self._running[:]:
            outcome = one.outcome() or Stopped()
            one.execution.kill()
            self._end(one, outcome)


class _Running:
    """A job of this worker and its execution; when its lease was renewed, and when it was asked to stop."""

    def __init__(self, job: Job, execution: Execution, lease_s: float) -> None:
        self.job = job
        self.execution = execution
        self._renew_every_s = lease_s / 3
        self._renewed_at = time.monotonic()
        self._reported: Progress | None = None
        self._stop_asked_at: float | None = None

    def outcome(self) -> Outcome | None:
        """Return how it ended; a task that stops unasked has failed."""
        outcome = self.execution.outcome()
        if isinstance(outcome, Stopped) and self._stop_asked_at is None:
            return Failed("the task stopped, and nobody had asked it to")
        return outcome

    def stop(self, *, patience_s: float) -> None:
        """Ask the task to stop, and kill it when it has not after `patience_s`."""
        now = time.monotonic()
        if self._stop_asked_at is None:
            self._stop_asked_at = now
            self.execution.stop()
        elif now - self._stop_asked_at >= patience_s:
            self.execution.kill()

    def renewal_is_due(self) -> bool:
        """Tell whether the lease grows old, or there is progress to show."""
        age = time.monotonic() - self._renewed_at
        return age >= self._renew_every_s or (age >= REPORT_EVERY_S and self.execution.progress() != self._reported)

    def renewed(self, progress: Progress | None) -> None:
        """Note that the store knows."""
        self._renewed_at = time.monotonic()
        self._reported = progress
