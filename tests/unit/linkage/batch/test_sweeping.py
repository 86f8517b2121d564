"""Files of batch linkage that no row speaks of."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.vocabulary.batch_linkage import Unit, clks

from tallystick.linkage.domain.batch.project import ResultType


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[Unit]:
    opened = Unit(tmp_path)
    yield opened
    opened.close()


def files(unit: Unit) -> set[str]:
    folder = unit.folder / "linkage" / "projects"
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def age(path: Path, *, days: float) -> None:
    """Let a file, or a folder with its files, be as old as that."""
    then = time.time() - days * 86_400
    for each in (*path.glob("*"), path):
        os.utime(each, (then, then))


def test_what_broke_off_goes_and_the_rest_stays(unit: Unit) -> None:
    project = unit.service.create(schema={}, result_type=ResultType.GROUPS)
    for seed, token in enumerate(project.update_tokens):
        unit.service.upload(project.project_id, token, clks(seed, 5))
    unit.service.start_run(project.project_id, project.result_token, threshold=0.8)
    unit.work()
    kept = files(unit)
    folder = unit.folder / "linkage" / "projects" / project.project_id
    for upload in [each for each in folder.iterdir() if each.is_dir()]:
        age(upload, days=3)
    for name, days in (("broken", 2.0), ("under-way", 0.5)):
        (folder / name).mkdir()
        (folder / name / "filters").write_bytes(b"half")
        age(folder / name, days=days)
    (folder / "run.ab.part").write_bytes(b"half")
    age(folder / "run.ab.part", days=2)
    (folder / "forgotten.result").write_bytes(b"{}")
    assert unit.batch.sweep() == 3
    assert files(unit) == kept | {f"{project.project_id}/under-way/filters"}


def test_a_folder_without_a_project_goes(unit: Unit) -> None:
    folder = unit.folder / "linkage" / "projects" / "deleted"
    (folder / "upload").mkdir(parents=True)
    (folder / "run.result").write_bytes(b"{}")
    assert unit.batch.sweep() == 1
    assert not folder.exists()
    assert unit.batch.sweep() == 0


def test_a_sweep_of_nothing_does_nothing(unit: Unit) -> None:
    shutil.rmtree(unit.folder / "linkage", ignore_errors=True)
    assert unit.batch.sweep() == 0
