"""Workers are processes, and processes get killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.vocabulary.processes import alive, eventually

from tallystick.platform.jobs import Jobs, JobState, Retry
from tallystick.platform.store import Store

WORKER = """
import signal, sys, threading
from tallystick.platform.jobs import JobsSettings, work
from tallystick.platform.store import Store
from tests.vocabulary.tasks import tasks
if __name__ == "__main__":
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    work(Store.open(sys.argv[1]), tasks, tuple(tasks()), JobsSettings(slots=1, lease_s=4), stop)
"""


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture
def jobs(url: str) -> Iterator[Jobs]:
    store = Store.open(url)
    store.upgrade()
    yield Jobs(store)
    store.close()


@contextmanager
def worker(url: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker process for the length of the block."""
    process = subprocess.Popen([sys.executable, "-c", WORKER, url])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def attempts(path: Path) -> list[list[int]]:
    """Read the epoch and the process of each attempt that the task noted."""
    return [list(map(int, line.split())) for line in path.read_text().splitlines()] if path.exists() else []


def test_the_job_of_a_killed_worker_is_done_once_by_another(jobs: Jobs, url: str, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    job_id = jobs.submit("log", os.fsencode(notes))
    with worker(url) as first:
        [(_, task)] = eventually(lambda: attempts(notes), within_s=60)
        first.kill()
        eventually(lambda: not alive(task))
    with worker(url):
        job = jobs.wait(job_id, timeout_s=60)
    assert (job.state, job.attempts, job.epoch) == (JobState.SUCCEEDED, 2, 2)
    assert jobs.result(job_id) == b"epoch 2"
    assert [epoch for epoch, _ in attempts(notes)] == [1, 2]


def test_a_stalled_worker_that_comes_back_changes_nothing(jobs: Jobs, url: str, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    job_id = jobs.submit("log", os.fsencode(notes))
    with worker(url) as first:
        eventually(lambda: attempts(notes), within_s=60)
        first.send_signal(signal.SIGSTOP)
        with worker(url):
            jobs.wait(job_id, timeout_s=60)
        [(_, late_task), _] = attempts(notes)
        first.send_signal(signal.SIGCONT)
        eventually(lambda: not alive(late_task))
    job = jobs.status(job_id)
    assert (job.state, job.epoch, jobs.result(job_id)) == (JobState.SUCCEEDED, 2, b"epoch 2")


def test_a_killed_task_is_tried_again_by_the_same_worker(jobs: Jobs, url: str, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    job_id = jobs.submit("log", os.fsencode(notes), retry=Retry(attempts=2, first_s=0, longest_s=0))
    with worker(url):
        [(_, task)] = eventually(lambda: attempts(notes), within_s=60)
        os.kill(task, signal.SIGKILL)
        job = jobs.wait(job_id, timeout_s=60)
    assert (job.state, job.attempts) == (JobState.SUCCEEDED, 2)


def test_a_worker_told_to_stop_hands_its_job_back(jobs: Jobs, url: str) -> None:
    job_id = jobs.submit("sleep", b"600")
    with worker(url) as first:
        eventually(lambda: jobs.status(job_id).state is JobState.RUNNING, within_s=60)
        first.terminate()
        assert first.wait(20) == 0
    job = jobs.status(job_id)
    assert (job.state, job.attempts) == (JobState.QUEUED, 0)


def test_two_workers_share_the_work(jobs: Jobs, url: str) -> None:
    submitted = [jobs.submit("whoami") for _ in range(20)]
    with worker(url), worker(url):
        for job_id in submitted:
            assert jobs.wait(job_id, timeout_s=60).attempts == 1
