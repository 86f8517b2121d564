"""Submit jobs, look at them, cancel them."""

import secrets
import time
from collections.abc import Callable

from sqlalchemy import Connection

from tallystick.platform.jobs import lifecycle, rows
from tallystick.platform.jobs.errors import InvalidJobError
from tallystick.platform.jobs.job import Job, JobState, Retry
from tallystick.platform.store import Store

__all__ = ["PAYLOAD_LIMIT", "Jobs", "now_ms"]

PAYLOAD_LIMIT = 16 * 1024 * 1024
LONGEST_NAME = 200


def now_ms() -> int:
    """Return the time in milliseconds UTC."""
    return time.time_ns() // 1_000_000


class Jobs:
    """The jobs of one store.

    >>> jobs = Jobs(store)
    >>> job_id = jobs.submit("linkage.run", b"...", key="run-7")
    >>> jobs.wait(job_id, timeout_s=60).state
    <JobState.SUCCEEDED: 'succeeded'>
    """

    def __init__(self, store: Store, clock: Callable[[], int] = now_ms) -> None:
        self._store = store
        self._clock = clock

    def submit(
        self,
        kind: str,
        payload: bytes = b"",
        *,
        retry: Retry | None = None,
        key: str | None = None,
        delay_s: float = 0.0,
        within: Connection | None = None,
    ) -> str:
        """Queue a job and return its id; a second one with the same `key` is the first.

        With `within` it is queued if that transaction commits.
        """
        job = _new(kind, payload, retry or Retry(), key, self._clock(), delay_s)
        with self._store.joined(within) as connection:
            while not rows.add(connection, job, payload):  # again when whoever had the key was pruned meanwhile
                if key is not None and (earlier := rows.by_key(connection, key)):
                    return earlier.id
        return job.id

    def status(self, job_id: str) -> Job:
        """Return a job as it is now; raises JobNotFoundError."""
        with self._store.read() as connection:
            return rows.find(connection, job_id)

    def result(self, job_id: str) -> bytes | None:
        """Return the result of a job that succeeded, or None."""
        with self._store.read() as connection:
            return rows.result(connection, job_id)

    def list(self, *, kind: str | None = None, state: JobState | None = None, limit: int = 100) -> list[Job]:
        """Return jobs, newest first."""
        with self._store.read() as connection:
            return rows.listing(connection, kind=kind, state=state, limit=limit)

    def cancel(self, job_id: str) -> Job:
        """Cancel a queued job at once; have a running one asked to stop; leave one that has ended."""
        now = self._clock()
        with self._store.write() as connection:
            return rows.change(connection, job_id, lambda job: lifecycle.cancel_asked(job, now))

    def wait(self, job_id: str, *, timeout_s: float, poll_s: float = 0.05) -> Job:
        """Return the job when it has ended; raises TimeoutError."""
        deadline = time.monotonic() + timeout_s
        while not (job := self.status(job_id)).over:
            if time.monotonic() >= deadline:
                raise TimeoutError(f"job {job_id} is still {job.state} after {timeout_s:g} s")
            time.sleep(poll_s)
        return job

    def fence(self, job_id: str, epoch: int, *, within: Connection) -> None:
        """Let a task's own transaction commit only while its lease is the newest; raises LeaseLostError.

        Until that transaction ends, nobody else can take the job.
        """
        rows.held(within, job_id, epoch)

    def prune(self, *, ended_before: int, kind: str | None = None) -> int:
        """Delete jobs, of one kind or of all, that ended before then (milliseconds UTC); return how many."""
        with self._store.write() as connection:
            return rows.prune(connection, ended_before, kind)


def _new(kind: str, payload: bytes, retry: Retry, key: str | None, now: int, delay_s: float) -> Job:
    for name, value in (("kind", kind), ("key", key)):
        if value is not None and not 0 < len(value) <= LONGEST_NAME:
            raise InvalidJobError(f"a job's {name} has 1 to {LONGEST_NAME} characters")
    if len(payload) > PAYLOAD_LIMIT:
        raise InvalidJobError(f"a payload of {len(payload)} bytes is too large; store it as an object and name that")
    return Job(
        id=f"{now:012x}{secrets.token_hex(8)}",
        kind=kind,
        state=JobState.QUEUED,
        key=key,
        attempts=0,
        epoch=0,
        max_attempts=retry.attempts,
        first_wait_ms=round(retry.first_s * 1000),
        longest_wait_ms=round(retry.longest_s * 1000),
        due=now + round(delay_s * 1000),
        worker=None,
        cancel_asked=False,
        done=0,
        total=None,
        unit="",
        error=None,
        created=now,
        started=None,
        ended=None,
    )
