"""A unit that was restored from a backup, and its registries."""

from pathlib import Path

from click.testing import CliRunner
from tests.vocabulary.parties import Hospital, study
from tests.vocabulary.processes import eventually

from tallystick.cli import main


def tally(*words: str | Path) -> None:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0, done.output


def test_registries_follow_a_restored_unit(tmp_path: Path, north: Hospital, south: Hospital) -> None:
    unit, backup = tmp_path / "unit", tmp_path / "unit.backup"
    with study(unit) as first:
        north.founded(2).joins(first)
        south.founded(2).joins(first)
        with north.working(), south.working():
            eventually(lambda: north.matched() == south.matched() == {0, 1})
            tally("backup", backup, "--data-dir", unit)
            north.admits(2)
            south.admits(2)
            eventually(lambda: north.matched() == south.matched() == {0, 1, 2})
    tally("restore", backup, "--force", "--data-dir", unit)
    with study(unit, first.site.address) as again:
        assert north.collects().matched() == south.collects().matched() == {0, 1}
        north.loses_its_slot()
        south.loses_its_slot()
        with north.working(), south.working():
            eventually(lambda: north.matched() == south.matched() == {0, 1, 2})
            south.admits(3)
            north.admits(3)
            eventually(lambda: north.matched() == south.matched() == {0, 1, 2, 3})
        assert again.status().matches == {"accepted": 4}
