"""`tally worker` beside whoever submits."""

import subprocess
import sys
from pathlib import Path

import pytest

from tallystick.linkage.batch.service import KIND
from tallystick.platform.jobs import Jobs, JobState
from tallystick.platform.store import Store

TALLY = [sys.executable, "-c", "from tallystick.cli import main; main()"]


def test_a_worker_does_the_jobs_of_a_data_directory(store: Store, tmp_path: Path) -> None:
    jobs = Jobs(store)
    job_id = jobs.submit(KIND, b"a run that was deleted")
    worker = subprocess.Popen([*TALLY, "worker", "--data-dir", str(tmp_path)])
    try:
        assert jobs.wait(job_id, timeout_s=60).state is JobState.SUCCEEDED
        worker.terminate()
        assert worker.wait(20) == 0
    finally:
        worker.kill()
        worker.wait()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--store", "postgresql://nobody@127.0.0.1:9/none"], "start the server"),
        (["--objects", "ftp://somewhere"], "is no object store"),
        (["--slots", "0"], "--slots"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, words: list[str], complaint: str) -> None:
    done = subprocess.run([*TALLY, "worker", "--data-dir", str(tmp_path), *words], capture_output=True, text=True)
    assert done.returncode != 0
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr
