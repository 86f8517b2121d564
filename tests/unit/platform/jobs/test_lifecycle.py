"""The steps in a job's life."""

import pytest
from msgspec.structs import replace

from tallystick.platform.jobs import InvalidJobError, Job, JobState, Retry, lifecycle

QUEUED = Job(
    id="1",
    kind="link",
    state=JobState.QUEUED,
    key=None,
    attempts=0,
    epoch=0,
    max_attempts=3,
    first_wait_ms=1000,
    longest_wait_ms=3000,
    due=0,
    worker=None,
    cancel_asked=False,
    done=0,
    total=None,
    unit="",
    error=None,
    created=0,
    started=None,
    ended=None,
)


def taken(job: Job = QUEUED, now: int = 10) -> Job:
    return lifecycle.taken(job, "a", now, lease_ms=100)


def test_a_taken_job_runs_under_a_new_epoch() -> None:
    job = taken()
    assert (job.state, job.epoch, job.attempts, job.worker, job.due, job.started) == ("running", 1, 1, "a", 110, 10)


def test_a_job_whose_worker_vanished_is_taken_again() -> None:
    assert (again := taken(taken())).epoch == 2
    assert again.started == 10


def test_a_job_whose_workers_always_vanish_fails() -> None:
    job = taken(taken(taken(taken())))
    assert (job.state, job.error) == ("failed", "worker a vanished in attempt 3 of 3")


def test_a_failed_job_waits_longer_each_time() -> None:
    first = lifecycle.failed(taken(), "no", 1000)
    second = lifecycle.failed(taken(first), "no", 1000)
    assert 1750 <= first.due <= 2000
    assert 2500 <= second.due <= 3000
    assert (second.state, second.error) == ("queued", "no")


def test_the_last_attempt_fails_for_good() -> None:
    assert lifecycle.failed(taken(replace(QUEUED, attempts=2)), "no", 0).state == "failed"


def test_a_permanent_failure_is_not_tried_again() -> None:
    assert lifecycle.failed(taken(), "no", 0, for_good=True).state == "failed"


def test_a_released_job_keeps_its_attempts() -> None:
    job = lifecycle.released(taken(), 50)
    assert (job.state, job.attempts, job.epoch, job.due) == ("queued", 0, 1, 50)


def test_a_queued_job_is_cancelled_at_once() -> None:
    assert lifecycle.cancel_asked(QUEUED, 5).state == "cancelled"


def test_a_running_job_is_asked_to_stop() -> None:
    asked = lifecycle.cancel_asked(taken(), 5)
    assert (asked.state, asked.cancel_asked) == ("running", True)
    assert lifecycle.released(asked, 6).state == "cancelled"
    assert lifecycle.failed(asked, "no", 6).state == "cancelled"
    assert taken(asked).state == "cancelled"
    assert lifecycle.succeeded(asked, 6).state == "succeeded"


def test_a_job_that_ended_stays_as_it_is() -> None:
    ended = lifecycle.succeeded(taken(), 5)
    assert lifecycle.cancel_asked(ended, 6) == ended


def test_progress_never_goes_back() -> None:
    job = lifecycle.progressed(lifecycle.progressed(taken(), 7, 10, "rows"), 3, None, "")
    assert (job.done, job.total, job.unit) == (7, 10, "rows")


def test_progress_is_never_beyond_the_total() -> None:
    assert lifecycle.progressed(taken(), 12, 10, "rows").total == 12


def test_an_error_is_kept_short() -> None:
    assert len(lifecycle.failed(taken(), "x" * 10_000, 0).error or "") == 2000


@pytest.mark.parametrize(("attempts", "first_s", "longest_s"), [(0, 1, 1), (1001, 1, 1), (1, -1, 1), (1, 2, 1)])
def test_a_retry_policy_has_bounds(attempts: int, first_s: float, longest_s: float) -> None:
    with pytest.raises(InvalidJobError):
        Retry(attempts=attempts, first_s=first_s, longest_s=longest_s)
