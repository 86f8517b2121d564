"""What can go wrong with jobs.

JobsError                       base of all
├── InvalidJobError             the caller's fault: a kind, key, payload or retry policy that cannot be kept
├── JobNotFoundError            no such job: it never was, or was pruned
├── LeaseLostError              the job was given to another worker, or has ended: stop, and write nothing more
├── PermanentFailure            raised by a task: trying again would not help
└── JobCancelled                raised inside a task that was asked to stop: let it pass
"""

__all__ = [
    "InvalidJobError",
    "JobCancelled",
    "JobNotFoundError",
    "JobsError",
    "LeaseLostError",
    "PermanentFailure",
]


class JobsError(Exception):
    """Base of the jobs' errors."""


class InvalidJobError(JobsError, ValueError):
    """The job cannot be kept as it was given."""


class JobNotFoundError(JobsError, LookupError):
    """There is no such job."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"there is no job {job_id!r}")
        self.job_id = job_id


class LeaseLostError(JobsError, RuntimeError):
    """The epoch under which somebody acted is no longer the job's newest, or the job has ended."""

    def __init__(self, job_id: str, epoch: int) -> None:
        super().__init__(f"the lease on job {job_id} under epoch {epoch} has ended")
        self.job_id = job_id
        self.epoch = epoch


class PermanentFailure(JobsError):
    """A task's way to say that trying again would not help."""


class JobCancelled(JobsError):
    """The task was asked to stop."""
