"""Every change in a job's life, as pure functions from a job to the next.

queued --taken--> running --succeeded--> succeeded
^                 |-------failed-----> failed        (or queued again, later)
|----released-----|-------stopped----> cancelled     (if somebody asked for it)
|                 '-------taken------> running       (its lease ended; a new epoch)
'--cancel asked--------------------->  cancelled
"""

import random

from msgspec.structs import replace

from tallystick.platform.jobs.job import Job, JobState

__all__ = ["cancel_asked", "failed", "progressed", "released", "renewed", "succeeded", "taken"]

LONGEST_ERROR = 2000


def taken(job: Job, worker: str, now: int, lease_ms: int) -> Job:
    """Give a due job to a worker, or end it: its last worker may have vanished once too often."""
    if job.cancel_asked:
        return _ended(job, JobState.CANCELLED, now)
    if job.attempts >= job.max_attempts:
        lost = f"worker {job.worker} vanished in attempt {job.attempts} of {job.max_attempts}"
        return _ended(job, JobState.FAILED, now, error=lost)
    return replace(
        job,
        state=JobState.RUNNING,
        attempts=job.attempts + 1,
        epoch=job.epoch + 1,
        due=now + lease_ms,
        worker=worker,
        started=job.started or now,
    )


def renewed(job: Job, now: int, lease_ms: int) -> Job:
    """Put off the end of the lease."""
    return replace(job, due=now + lease_ms)


def progressed(job: Job, done: int, total: int | None, unit: str) -> Job:
    """Note progress; what was done before stays done."""
    furthest = max(job.done, done)
    known_total = job.total if total is None else total
    return replace(
        job, done=furthest, total=None if known_total is None else max(known_total, furthest), unit=unit or job.unit
    )


def succeeded(job: Job, now: int) -> Job:
    """Accept the result."""
    return replace(_ended(job, JobState.SUCCEEDED, now), done=max(job.done, job.total or 0), error=None)


def failed(job: Job, error: str, now: int, *, for_good: bool = False) -> Job:
    """Try again later, unless that would not help, was not wanted, or was done often enough."""
    error = error[:LONGEST_ERROR]
    if job.cancel_asked:
        return _ended(job, JobState.CANCELLED, now, error=error)
    if for_good or job.attempts >= job.max_attempts:
        return _ended(job, JobState.FAILED, now, error=error)
    return replace(job, state=JobState.QUEUED, due=now + _wait_ms(job), worker=None, error=error)


def released(job: Job, now: int) -> Job:
    """Hand a running job back unfinished, without counting the attempt; end it if that was asked for."""
    if job.cancel_asked:
        return _ended(job, JobState.CANCELLED, now)
    return replace(job, state=JobState.QUEUED, attempts=job.attempts - 1, due=now, worker=None)


def cancel_asked(job: Job, now: int) -> Job:
    """End a queued job; have a running one stopped by its worker; leave one that has ended."""
    if job.state is JobState.QUEUED:
        return _ended(job, JobState.CANCELLED, now)
    return job if job.over else replace(job, cancel_asked=True)


def _ended(job: Job, state: JobState, now: int, error: str | None = None) -> Job:
    return replace(job, state=state, ended=now, worker=None, error=error)


def _wait_ms(job: Job) -> int:
    longest_ms = min(job.longest_wait_ms, job.first_wait_ms << min(job.attempts - 1, 40))
    return round(longest_ms * random.uniform(0.75, 1.0))  # noqa: S311 - spreads retries; guards nothing
