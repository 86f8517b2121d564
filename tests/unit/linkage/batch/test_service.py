"""Projects, uploads and runs, without a socket."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from tests.vocabulary.batch_linkage import Unit, clks
from tests.vocabulary.processes import eventually

from tallystick.linkage.adapters.columns import ColumnFiles
from tallystick.linkage.batch.errors import AccessRefused, RunFailed, RunIncomplete, TokenUsed, UploadRefused
from tallystick.linkage.batch.runner import BatchRunner
from tallystick.linkage.batch.service import KIND, Created
from tallystick.linkage.batch.settings import BatchSettings
from tallystick.linkage.batch.wiring import now_ms
from tallystick.linkage.domain.batch.project import ResultType, RunState
from tallystick.platform.jobs import Threads, Worker


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[Unit]:
    opened = Unit(tmp_path)
    yield opened
    opened.close()


def uploaded(unit: Unit, kind: ResultType = ResultType.GROUPS, count: int = 20) -> tuple[Created, list[str]]:
    """Make a project to which both parties have uploaded, and give its tokens and receipts."""
    project = unit.service.create(schema={}, result_type=kind)
    tokens = enumerate(project.update_tokens)
    return project, [unit.service.upload(project.project_id, token, clks(seed, count)) for seed, token in tokens]


def test_a_run_waits_for_the_last_upload(unit: Unit) -> None:
    project = unit.service.create(schema={}, result_type=ResultType.GROUPS)
    run = unit.service.start_run(project.project_id, project.result_token, threshold=0.8)
    for seed, token in enumerate(project.update_tokens):
        assert unit.jobs() == []
        unit.service.upload(project.project_id, token, clks(seed, 20))
    unit.work()
    groups = unit.result(project.project_id, run.id, project.result_token)["groups"]
    assert groups == [[[0, person], [1, person]] for person in range(20)]


def test_permutations_agree_on_matches(unit: Unit) -> None:
    project, receipts = uploaded(unit, ResultType.PERMUTATIONS, 5)
    run = unit.service.start_run(project.project_id, project.result_token, threshold=0.8)
    unit.work()
    parts = [unit.result(project.project_id, run.id, receipt) for receipt in receipts]
    assert parts[0]["permutation"] == parts[1]["permutation"]
    assert unit.result(project.project_id, run.id, project.result_token) == {"mask": [1] * 5}


def test_a_token_takes_one_upload(unit: Unit) -> None:
    project, _ = uploaded(unit)
    with pytest.raises(TokenUsed):
        unit.service.upload(project.project_id, project.update_tokens[0], clks(9, 1))
    assert len([*(unit.folder / "linkage" / "projects" / project.project_id).iterdir()]) == 2


def test_a_failed_upload_leaves_the_token_good_and_shows(unit: Unit) -> None:
    project = unit.service.create(schema={}, result_type=ResultType.GROUPS)
    unit.service.upload(project.project_id, project.update_tokens[0], {"clks": ["!"]})
    assert unit.service.project(project.project_id, project.result_token).error
    unit.service.upload(project.project_id, project.update_tokens[0], clks(0, 3))
    assert not unit.service.project(project.project_id, project.result_token).error


def test_a_torn_binary_upload_leaves_nothing(unit: Unit) -> None:
    project = unit.service.create(schema={}, result_type=ResultType.GROUPS)
    with pytest.raises(UploadRefused, match="did not match the expected size"):
        unit.service.upload_binary(
            project.project_id, project.update_tokens[0], count=2, size=8, stream=iter([b"12345678", b"1234"])
        )
    assert [*(unit.folder / "linkage" / "projects" / project.project_id).iterdir()] == []


def test_strangers_learn_nothing(unit: Unit) -> None:
    project, _ = uploaded(unit)
    run = unit.service.start_run(project.project_id, project.result_token, threshold=0.8)
    for token in ("", "0" * 48, project.update_tokens[0]):
        with pytest.raises(AccessRefused):
            unit.service.result(project.project_id, run.id, token)


def test_a_result_is_there_when_the_run_is_completed(unit: Unit) -> None:
    project, _ = uploaded(unit)
    run = unit.service.start_run(project.project_id, project.result_token, threshold=0.8)
    with pytest.raises(RunIncomplete):
        unit.service.result(project.project_id, run.id, project.result_token)


def test_too_many_candidates_fail_the_run_with_the_references_words(tmp_path: Path) -> None:
    unit = Unit(tmp_path, BatchSettings(most_candidates=3))
    project, _ = uploaded(unit)
    run = unit.service.start_run(project.project_id, project.result_token, threshold=0.8)
    unit.work()
    progress = unit.service.progress(project.project_id, run.id, project.result_token)
    assert progress.run.state == RunState.ERROR
    assert progress.run.message == "This run has created more than the global limit of candidate pairs."
    with pytest.raises(RunFailed):
        unit.service.result(project.project_id, run.id, project.result_token)
    unit.close()


def test_a_deleted_project_leaves_no_file(unit: Unit) -> None:
    project, _ = uploaded(unit)
    unit.service.start_run(project.project_id, project.result_token, threshold=0.8)
    unit.work()
    unit.service.remove_project(project.project_id, project.result_token)
    assert [*(unit.folder / "linkage" / "projects").iterdir()] == []
    assert unit.service.projects() == []


class Deleting(ColumnFiles):
    """Files of a unit where somebody deletes at the worst instant, just before a result is kept or just after."""

    def __init__(self, folder: Path, delete: Callable[[], None], *, after: bool) -> None:
        super().__init__(folder)
        self._delete, self._after = delete, after

    def write_result(self, project: str, run: str, pieces: Iterable[bytes]) -> None:
        for delete in (not self._after, self._after):
            if delete:
                self._delete()
            else:
                super().write_result(project, run, pieces)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("whole", [False, True])
def test_what_is_deleted_while_its_run_ends_leaves_no_file(unit: Unit, *, after: bool, whole: bool) -> None:
    project, _ = uploaded(unit)
    run = unit.service.start_run(project.project_id, project.result_token, threshold=0.8)

    def delete() -> None:
        if whole:
            unit.service.remove_project(project.project_id, project.result_token)
        else:
            unit.service.remove_run(project.project_id, run.id, project.result_token)

    folder = unit.folder / "linkage" / "projects"
    files = Deleting(folder, delete, after=after)
    runner = BatchRunner(unit.platform.store, unit.platform.jobs, files, BatchSettings(), now_ms)
    worker = Worker(unit.platform.store, Threads(lambda: {KIND: runner}), [KIND])
    stop = Event()
    thread = Thread(target=worker.run, args=(stop,))
    thread.start()
    eventually(lambda: not unit.jobs() and not [*folder.rglob("*.result")])
    stop.set()
    thread.join()
    assert [*folder.rglob("*.result")] == []
    assert folder.exists()
    assert [path.name for path in folder.iterdir()] == ([] if whole else [project.project_id])


def test_a_run_deleted_while_queued_is_cancelled(unit: Unit) -> None:
    project, _ = uploaded(unit)
    run = unit.service.start_run(project.project_id, project.result_token, threshold=0.8)
    unit.service.remove_run(project.project_id, run.id, project.result_token)
    assert unit.jobs() == []


def test_no_token_lies_in_the_data_directory(unit: Unit) -> None:
    project, receipts = uploaded(unit)
    secrets = [project.result_token, *project.update_tokens, *receipts]
    kept = b"".join(path.read_bytes() for path in unit.folder.rglob("*") if path.is_file())
    assert not [secret for secret in secrets if secret.encode() in kept]
