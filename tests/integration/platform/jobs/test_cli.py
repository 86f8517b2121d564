"""`tally jobs` on a real store."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from tallystick.platform.jobs import Jobs
from tallystick.platform.jobs.cli import jobs
from tallystick.platform.store import Store


def tally_jobs(tmp_path: Path, *words: str) -> Result:
    return CliRunner().invoke(jobs, [*words, "--data-dir", str(tmp_path)])


def test_jobs_are_listed(store: Store, tmp_path: Path) -> None:
    job_id = Jobs(store).submit("linkage.run")
    assert f"{job_id}\tlinkage.run\tqueued\t0\t0\t" in tally_jobs(tmp_path, "list").output
    assert job_id not in tally_jobs(tmp_path, "list", "--state", "failed").output


def test_a_job_is_shown_as_json(store: Store, tmp_path: Path) -> None:
    job_id = Jobs(store).submit("linkage.run", key="run-7")
    shown = json.loads(tally_jobs(tmp_path, "show", job_id, "--output", "json").output)
    assert (shown["id"], shown["key"], shown["state"]) == (job_id, "run-7", "queued")


def test_a_job_is_cancelled(store: Store, tmp_path: Path) -> None:
    job_id = Jobs(store).submit("linkage.run")
    assert "state\tcancelled" in tally_jobs(tmp_path, "cancel", job_id).output
    assert Jobs(store).status(job_id).over


def test_ended_jobs_are_pruned(store: Store, tmp_path: Path) -> None:
    jobs_of_store = Jobs(store, lambda: 0)
    jobs_of_store.cancel(jobs_of_store.submit("linkage.run"))
    assert tally_jobs(tmp_path, "prune", "--days", "1").output == "1 jobs deleted\n"


def test_an_unknown_job_is_named(store: Store, tmp_path: Path) -> None:
    for verb in ("show", "cancel"):
        answer = tally_jobs(tmp_path, verb, "nobody")
        assert answer.exit_code == 1
        assert "there is no job 'nobody'" in answer.output
