"""A job, as the store keeps it and as others see it."""

from enum import StrEnum

import msgspec

from tallystick.platform.jobs.errors import InvalidJobError

__all__ = ["ENDED", "Job", "JobState", "Retry"]


class JobState(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED})


class Retry(msgspec.Struct, frozen=True, kw_only=True):
    """How often a job is tried, and how long it waits after a failure: doubling from `first_s` up to `longest_s`."""

    attempts: int = 3
    first_s: float = 1.0
    longest_s: float = 60.0

    def __post_init__(self) -> None:
        if not 1 <= self.attempts <= 1000:
            raise InvalidJobError(f"a job is tried between 1 and 1000 times, not {self.attempts}")
        if not 0 <= self.first_s <= self.longest_s:
            raise InvalidJobError(f"waits grow from first_s to longest_s, not {self.first_s} to {self.longest_s}")


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of work.

    Times are milliseconds UTC. `due` is when a worker may take it: for a running job, when its lease ends. `epoch`
    counts leases, `attempts` those that count against `max_attempts`. `done` of `total` units never goes back.
    """

    id: str
    kind: str
    state: JobState
    key: str | None
    attempts: int
    epoch: int
    max_attempts: int
    first_wait_ms: int
    longest_wait_ms: int
    due: int
    worker: str | None
    cancel_asked: bool
    done: int
    total: int | None
    unit: str
    error: str | None
    created: int
    started: int | None
    ended: int | None

    @property
    def over(self) -> bool:
        """Tell whether the job has ended, one way or another."""
        return self.state in ENDED
