"""Whatever workers do, in whatever order: one holder a job, one end, one result."""

import tempfile
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from tallystick.platform.jobs import Job, Jobs, JobState, LeaseLostError, Retry
from tallystick.platform.jobs.executor import Died, Failed, Outcome, Progress, Stopped, Succeeded
from tallystick.platform.jobs.leases import Leases
from tallystick.platform.store import Store

LEASE_MS = 10_000
OUTCOMES = st.one_of(
    st.binary(max_size=8).map(Succeeded),
    st.booleans().map(lambda for_good: Failed("no", for_good)),
    st.just(Stopped()),
    st.just(Died("gone")),
)


@cache
def empty_store() -> bytes:
    """Make a store once; each example begins with a copy."""
    with tempfile.TemporaryDirectory() as directory:
        store = Store.open(f"sqlite:///{directory}/tally.db")
        store.upgrade()
        store.close()
        return Path(directory, "tally.db").read_bytes()


class Workers(RuleBasedStateMachine):
    """Two workers that stall, come back and die, beside what must stay true."""

    jobs = Bundle("jobs")
    leases = Bundle("leases")

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000_000
        self.directory = tempfile.TemporaryDirectory()
        file = Path(self.directory.name) / "tally.db"
        file.write_bytes(empty_store())
        self.store = Store.open(f"sqlite:///{file}")
        self.desk = Jobs(self.store, lambda: self.now)
        self.workers = {
            name: Leases(self.store, name, lease_s=LEASE_MS / 1000, clock=lambda: self.now) for name in ("a", "b")
        }
        self.newest: dict[str, int] = {}  # the epoch of each job's last lease
        self.lease_ends: dict[str, int] = {}
        self.seen: dict[str, Job] = {}
        self.results: dict[str, bytes] = {}

    def teardown(self) -> None:
        self.store.close()
        self.directory.cleanup()

    @rule(target=jobs, attempts=st.integers(1, 3))
    def submit(self, attempts: int) -> str:
        return self.desk.submit("work", retry=Retry(attempts=attempts, first_s=1, longest_s=2))

    @rule(milliseconds=st.integers(0, 2 * LEASE_MS))
    def time_passes(self, milliseconds: int) -> None:
        self.now += milliseconds

    @rule(target=leases, worker=st.sampled_from("ab"))
    def take(self, worker: str) -> Job:
        lease = self.workers[worker].take(("work",))
        if lease is None:
            return multiple()  # type: ignore[return-value]
        job = lease.job
        assert job.epoch == self.newest.get(job.id, 0) + 1
        assert self.lease_ends.get(job.id, 0) <= self.now
        self.newest[job.id] = job.epoch
        self.lease_ends[job.id] = self.now + LEASE_MS
        return job

    @rule(job=leases, done=st.integers(0, 10))
    def renew(self, job: Job, done: int) -> None:
        current = self.holds(job)
        try:
            self.workers[self.worker_of(job)].renew(job, Progress(done, 10, "rows"))
        except LeaseLostError:
            assert not current
        else:
            assert current
            self.lease_ends[job.id] = self.now + LEASE_MS

    @rule(job=consumes(leases), outcome=OUTCOMES)
    def end(self, job: Job, outcome: Outcome) -> None:
        current = self.holds(job)
        try:
            self.workers[self.worker_of(job)].end(job, outcome)
        except LeaseLostError:
            assert not current
        else:
            assert current
            self.lease_ends[job.id] = 0
            if isinstance(outcome, Succeeded):
                assert job.id not in self.results
                self.results[job.id] = outcome.result

    @rule(job=leases, outcome=OUTCOMES)
    def end_and_forget(self, job: Job, outcome: Outcome) -> None:
        self.end(job, outcome)

    @rule(job_id=jobs)
    def cancel(self, job_id: str) -> None:
        self.desk.cancel(job_id)

    @invariant()
    def what_ended_stays(self) -> None:
        for job in self.desk.list():
            before = self.seen.get(job.id)
            if before is not None:
                assert job.epoch >= before.epoch
                assert job.done >= before.done
                assert not before.over or job == before
            assert 0 <= job.attempts <= job.max_attempts
            assert job.total is None or job.done <= job.total
            assert (self.desk.result(job.id) is not None) == (job.state is JobState.SUCCEEDED)
            assert self.desk.result(job.id) == self.results.get(job.id)
            self.seen[job.id] = job

    def holds(self, job: Job) -> bool:
        now = self.desk.status(job.id)
        return now.state is JobState.RUNNING and self.newest[job.id] == job.epoch

    @staticmethod
    def worker_of(job: Job) -> str:
        assert job.worker is not None
        return job.worker


TestWorkers = Workers.TestCase
TestWorkers.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
