"""What a worker does to jobs: take, renew, end. Each verb but `take` acts only under the newest epoch."""

from collections.abc import Callable, Sequence

import msgspec

from tallystick.platform.jobs import lifecycle, rows
from tallystick.platform.jobs.executor import Died, Failed, Outcome, Progress, Stopped, Succeeded
from tallystick.platform.jobs.job import Job, JobState
from tallystick.platform.jobs.jobs import now_ms
from tallystick.platform.store import Store

__all__ = ["Lease", "Leases"]


class Lease(msgspec.Struct, frozen=True):
    """The right to work on a job, until it is due again."""

    job: Job
    payload: bytes


class Leases:
    """The leases of one worker.

    Clocks of different machines may disagree: then a lease ends early or late, and the epoch keeps that harmless.
    """

    def __init__(self, store: Store, worker: str, *, lease_s: float, clock: Callable[[], int] = now_ms) -> None:
        self._store = store
        self._worker = worker
        self._lease_ms = round(lease_s * 1000)
        self._clock = clock

    def take(self, kinds: Sequence[str]) -> Lease | None:
        """Take the job that has been due longest, if there is one."""
        now = self._clock()
        with self._store.read() as connection:  # asking needs no writer's lock
            if rows.due(connection, kinds, now) is None:
                return None
        with self._store.write() as connection:
            while found := rows.due(connection, kinds, now, lock=True):
                job = rows.change(
                    connection, found.id, lambda job: lifecycle.taken(job, self._worker, now, self._lease_ms)
                )
                if job.state is JobState.RUNNING:
                    return Lease(job, rows.payload(connection, job.id))
        return None

    def renew(self, job: Job, progress: Progress | None) -> Job:
        """Keep a job, note its progress, and see whether it should stop; raises LeaseLostError."""
        now = self._clock()

        def step(held: Job) -> Job:
            kept = lifecycle.renewed(held, now, self._lease_ms)
            return lifecycle.progressed(kept, progress.done, progress.total, progress.unit) if progress else kept

        with self._store.write() as connection:
            return rows.change_held(connection, job.id, job.epoch, step)

    def end(self, job: Job, outcome: Outcome, progress: Progress | None = None) -> Job:
        """Record how an attempt ended; raises LeaseLostError, and then nothing was recorded."""
        now = self._clock()

        def step(held: Job) -> Job:
            last = lifecycle.progressed(held, progress.done, progress.total, progress.unit) if progress else held
            return _after(last, outcome, now)

        result = outcome.result if isinstance(outcome, Succeeded) else None
        with self._store.write() as connection:
            return rows.change_held(connection, job.id, job.epoch, step, result)

    def to_stop(self, jobs: Sequence[Job]) -> set[str]:
        """Return the ids of those jobs that somebody cancelled, or that are no longer this worker's."""
        with self._store.read() as connection:
            now = rows.several(connection, [job.id for job in jobs])
        return {
            job.id
            for job in jobs
            if (found := now.get(job.id)) is None
            or found.cancel_asked
            or (found.epoch, found.state) != (job.epoch, JobState.RUNNING)
        }


def _after(job: Job, outcome: Outcome, now: int) -> Job:
    match outcome:
        case Succeeded():
            return lifecycle.succeeded(job, now)
        case Failed(error, for_good):
            return lifecycle.failed(job, error, now, for_good=for_good)
        case Died(error):
            return lifecycle.failed(job, error, now)
        case Stopped():
            return lifecycle.released(job, now)
