"""The platform of a process, on a directory of its own."""

import stat
from pathlib import Path

import pytest

from tallystick.platform.objects import Objects, ObjectsSettings
from tallystick.platform.settings import WrongSetting
from tallystick.platform.supervisor import Supervisor, UnusableDirectoryError
from tallystick.platform.wiring import PlatformSettings, open_platform


def test_everything_lies_in_the_data_directory(tmp_path: Path) -> None:
    platform = open_platform(PlatformSettings(), tmp_path / "north", [])
    try:
        job_id = platform.jobs.submit("linkage.run")
        digest = platform.objects.put(b"tally")
        assert platform.jobs.status(job_id).kind == "linkage.run"
    finally:
        platform.close()
    assert b"".join(Objects.open(f"file://{tmp_path}/north/objects").read(digest)) == b"tally"
    assert stat.S_IMODE((tmp_path / "north").stat().st_mode) == 0o700
    assert {path.name for path in tmp_path.iterdir()} == {"north"}


@pytest.mark.parametrize("held", [[], ["tally.db", "people.csv"]])
def test_a_directory_of_ours_is_closed_to_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, held: list[str]
) -> None:
    directory = tmp_path / "north"
    directory.mkdir()
    directory.chmod(0o755)
    for name in held:
        (directory / name).touch()
    open_platform(PlatformSettings(), directory, []).close()
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert f"closed {directory}, which had mode 0755" in caplog.text


def test_a_directory_of_somebody_else_is_refused_while_others_can_enter_it(tmp_path: Path) -> None:
    directory = tmp_path / "theirs"
    directory.mkdir()
    directory.chmod(0o755)
    (directory / "theirs").touch()
    with pytest.raises(WrongSetting, match=r"data_dir: .*chmod 700"):
        open_platform(PlatformSettings(), directory, [])
    with pytest.raises(UnusableDirectoryError, match=r"data_dir: .*chmod 700"):
        Supervisor([], directory).run()
    assert stat.S_IMODE(directory.stat().st_mode) == 0o755


def test_objects_may_lie_elsewhere(tmp_path: Path) -> None:
    settings = PlatformSettings(objects=ObjectsSettings(url=f"file://{tmp_path}/shared"))
    platform = open_platform(settings, tmp_path / "north", [])
    platform.objects.put_named("x", b"x")
    platform.close()
    assert (tmp_path / "shared" / "named" / "x").exists()


def test_opening_twice_finds_what_was_kept(tmp_path: Path) -> None:
    first = open_platform(PlatformSettings(), tmp_path, [])
    job_id = first.jobs.submit("linkage.run")
    first.close()
    second = open_platform(PlatformSettings(), tmp_path, [])
    assert second.jobs.status(job_id).id == job_id
    second.close()
