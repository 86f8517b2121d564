"""Jobs in a store, from submission to their end."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.vocabulary.processes import eventually, quickest
from tests.vocabulary.tasks import tasks
from tests.vocabulary.threads import at_once

from tallystick.platform.jobs import (
    InvalidJobError,
    Job,
    JobNotFoundError,
    Jobs,
    JobState,
    LeaseLostError,
    Retry,
    Threads,
    Worker,
)
from tallystick.platform.jobs.executor import Failed, Succeeded
from tallystick.platform.jobs.leases import Lease, Leases
from tallystick.platform.store import Store

SOON = Retry(attempts=2, first_s=0, longest_s=0)


@contextmanager
def working(store: Store, drain_s: float = 5.0) -> Iterator[None]:
    """Run a worker for the length of the block."""
    stop = threading.Event()
    worker = Worker(store, Threads(tasks, slots=2), tuple(tasks()), drain_s=drain_s)
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


class Clock:
    """A clock that a test turns."""

    now = 1_000_000

    def __call__(self) -> int:
        return self.now


def take(leases: Leases) -> Lease:
    lease = leases.take(("echo",))
    assert lease is not None
    return lease


def test_a_job_gets_done(any_store: Store) -> None:
    jobs = Jobs(any_store)
    job_id = jobs.submit("echo", b"tally")
    with working(any_store):
        job = jobs.wait(job_id, timeout_s=20)
    assert (job.state, job.attempts, job.worker) == (JobState.SUCCEEDED, 1, None)
    assert jobs.result(job_id) == b"tally"


def test_a_failing_job_is_tried_again_and_keeps_its_error(any_store: Store) -> None:
    jobs = Jobs(any_store)
    job_id = jobs.submit("fail", b"disk full", retry=SOON)
    with working(any_store):
        job = jobs.wait(job_id, timeout_s=20)
    assert (job.state, job.attempts, job.error) == (JobState.FAILED, 2, "ValueError: disk full")


@pytest.mark.parametrize(("raised", "kept"), [(b"\xff", r"\udcff"), (b"a\0b", r"a\x00b")])
def test_no_error_of_a_job_ends_its_worker(any_store: Store, raised: bytes, kept: str) -> None:
    jobs = Jobs(any_store)
    with working(any_store):
        job_id = jobs.submit("fail", raised, retry=SOON)
        assert jobs.wait(job_id, timeout_s=20).error == f"ValueError: {kept}"
        next_id = jobs.submit("echo", b"next")
        assert jobs.wait(next_id, timeout_s=20).state is JobState.SUCCEEDED


def test_progress_reaches_the_store(any_store: Store) -> None:
    jobs = Jobs(any_store)
    job_id = jobs.submit("count", b"500")
    with working(any_store):
        eventually(lambda: 0 < jobs.status(job_id).done < 500)
        job = jobs.wait(job_id, timeout_s=20)
    assert (job.done, job.total, job.unit) == (500, 500, "steps")


def test_a_running_job_is_cancelled_within_a_tenth_of_a_second(any_store: Store) -> None:
    jobs = Jobs(any_store)

    def cancelling() -> float:
        job_id = jobs.submit("sleep", b"600")
        eventually(lambda: jobs.status(job_id).state is JobState.RUNNING)
        jobs.cancel(job_id)
        began = time.monotonic()
        assert jobs.wait(job_id, timeout_s=20, poll_s=0.005).state is JobState.CANCELLED
        return time.monotonic() - began

    with working(any_store):
        assert quickest(5, cancelling) < 0.1


def test_a_stubborn_job_is_given_up_when_cancelled(any_store: Store) -> None:
    jobs = Jobs(any_store)
    job_id = jobs.submit("stubborn", b"3")
    with working(any_store, drain_s=0.2):
        eventually(lambda: jobs.status(job_id).state is JobState.RUNNING)
        jobs.cancel(job_id)
        assert jobs.wait(job_id, timeout_s=2).state is JobState.CANCELLED


def test_a_draining_worker_hands_its_job_back(any_store: Store) -> None:
    jobs = Jobs(any_store)
    job_id = jobs.submit("sleep", b"600")
    with working(any_store):
        eventually(lambda: jobs.status(job_id).state is JobState.RUNNING)
    assert (jobs.status(job_id).state, jobs.status(job_id).attempts) == (JobState.QUEUED, 0)


def test_a_queued_job_is_cancelled_at_once(any_store: Store) -> None:
    jobs = Jobs(any_store)
    assert jobs.cancel(jobs.submit("echo")).state is JobState.CANCELLED


def test_a_key_makes_a_job_unique(any_store: Store) -> None:
    jobs = Jobs(any_store)
    assert jobs.submit("echo", b"1", key="run-7") == jobs.submit("echo", b"2", key="run-7")
    assert jobs.submit("echo", key="run-8") != jobs.submit("echo")


def test_a_key_makes_a_job_unique_for_all_who_submit_at_once(any_store: Store) -> None:
    jobs = Jobs(any_store)
    for number in range(20):
        ids = at_once(3, lambda: jobs.submit("echo", key=f"run-{number}"))  # noqa: B023 -- called before the next one
        assert len(set(ids)) == 1
    assert len(jobs.list()) == 20


def test_a_job_is_submitted_with_its_transaction(any_store: Store) -> None:
    jobs = Jobs(any_store)

    def abandoned() -> None:
        with any_store.write() as connection:
            jobs.submit("echo", within=connection)
            raise KeyError

    with pytest.raises(KeyError):
        abandoned()
    assert jobs.list() == []


def test_jobs_are_listed_newest_first(any_store: Store) -> None:
    clock = Clock()
    jobs = Jobs(any_store, clock)
    submitted = []
    for kind in ("echo", "sleep", "echo"):
        submitted.append(jobs.submit(kind))
        clock.now += 1
    assert [job.id for job in jobs.list()] == submitted[::-1]
    assert [job.id for job in jobs.list(kind="sleep")] == [submitted[1]]
    assert jobs.list(state=JobState.FAILED) == []
    assert len(jobs.list(limit=2)) == 2


def test_a_delayed_job_waits(any_store: Store) -> None:
    clock = Clock()
    Jobs(any_store, clock).submit("echo", delay_s=5)
    leases = Leases(any_store, "a", lease_s=10, clock=clock)
    assert leases.take(("echo",)) is None
    clock.now += 5000
    assert leases.take(("echo",)) is not None


def test_a_worker_takes_only_what_it_knows(any_store: Store) -> None:
    Jobs(any_store).submit("echo")
    assert Leases(any_store, "a", lease_s=10).take(("sleep",)) is None


def test_a_late_worker_changes_nothing(any_store: Store) -> None:
    clock = Clock()
    jobs = Jobs(any_store, clock)
    job_id = jobs.submit("echo")
    slow, quick = (Leases(any_store, name, lease_s=10, clock=clock) for name in ("slow", "quick"))
    late = take(slow).job
    clock.now += 10_000
    current = take(quick).job
    with pytest.raises(LeaseLostError, match=job_id):
        slow.renew(late, None)
    for outcome in (Succeeded(b"late"), Failed("late")):
        with pytest.raises(LeaseLostError, match=job_id):
            slow.end(late, outcome)
    assert slow.to_stop([late]) == {job_id}
    quick.end(current, Succeeded(b"right"))
    assert jobs.result(job_id) == b"right"


def test_a_renewed_lease_does_not_end(any_store: Store) -> None:
    clock = Clock()
    Jobs(any_store, clock).submit("echo")
    holder, other = (Leases(any_store, name, lease_s=10, clock=clock) for name in ("holder", "other"))
    job = take(holder).job
    for _ in range(5):
        clock.now += 9_000
        holder.renew(job, None)
        assert other.take(("echo",)) is None


def test_a_fenced_transaction_commits_only_under_the_newest_epoch(any_store: Store) -> None:
    clock = Clock()
    jobs = Jobs(any_store, clock)
    jobs.submit("echo")
    leases = Leases(any_store, "a", lease_s=10, clock=clock)

    def commit(job: Job) -> None:
        with any_store.write() as connection:
            jobs.fence(job.id, job.epoch, within=connection)

    first = take(leases).job
    commit(first)
    clock.now += 10_000
    take(leases)
    with pytest.raises(LeaseLostError):
        commit(first)


def test_old_jobs_are_pruned(any_store: Store) -> None:
    clock = Clock()
    jobs = Jobs(any_store, clock)
    ended, queued = jobs.submit("echo"), jobs.submit("echo")
    jobs.cancel(ended)
    assert jobs.prune(ended_before=clock.now + 1) == 1
    assert [job.id for job in jobs.list()] == [queued]


def test_an_unknown_job_is_an_error(any_store: Store) -> None:
    jobs = Jobs(any_store)
    with pytest.raises(JobNotFoundError, match="no job 'x'"):
        jobs.status("x")
    with pytest.raises(JobNotFoundError):
        jobs.cancel("x")


@pytest.mark.parametrize("kind", ["", "x" * 201])
def test_a_kind_has_bounds(any_store: Store, kind: str) -> None:
    with pytest.raises(InvalidJobError, match="kind"):
        Jobs(any_store).submit(kind)


def test_a_payload_has_bounds(any_store: Store) -> None:
    with pytest.raises(InvalidJobError, match="too large"):
        Jobs(any_store).submit("echo", bytes(16 * 1024 * 1024 + 1))
