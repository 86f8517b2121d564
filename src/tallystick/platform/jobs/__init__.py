"""Work that must get done: durable jobs in the store, leased to workers, run by an executor.

A job is `queued`, `running`, then `succeeded`, `failed` or `cancelled`. A worker holds it under a lease that ends
unless renewed, and under an epoch that grows with each lease: only the holder of the newest epoch can change the job,
so one result is accepted even when a worker that was given up comes back. A task is a function from bytes to bytes; it
may run more than once, reports progress, and calls `context.check()` where it can stop.
"""

from tallystick.platform.jobs.errors import (
    InvalidJobError,
    JobCancelled,
    JobNotFoundError,
    JobsError,
    LeaseLostError,
    PermanentFailure,
)
from tallystick.platform.jobs.executor import Execution, Executor, Outcome
from tallystick.platform.jobs.job import Job, JobState, Retry
from tallystick.platform.jobs.jobs import Jobs
from tallystick.platform.jobs.pool import ProcessPool
from tallystick.platform.jobs.settings import JobsSettings
from tallystick.platform.jobs.task import JobContext, Task, Tasks
from tallystick.platform.jobs.threads import Threads
from tallystick.platform.jobs.worker import Worker
from tallystick.platform.jobs.working import work

__all__ = [
    "Execution",
    "Executor",
    "InvalidJobError",
    "Job",
    "JobCancelled",
    "JobContext",
    "JobNotFoundError",
    "JobState",
    "Jobs",
    "JobsError",
    "JobsSettings",
    "LeaseLostError",
    "Outcome",
    "PermanentFailure",
    "ProcessPool",
    "Retry",
    "Task",
    "Tasks",
    "Threads",
    "Worker",
    "work",
]
