"""`tally demo` refuses at once what it could not do at the end."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tallystick.cli import main
from tallystick.demo.performance import Performance


def test_a_report_that_cannot_be_written_is_refused_before_the_run(tmp_path: Path) -> None:
    report = tmp_path / "absent" / "report.json"
    ended = CliRunner().invoke(main, ["demo", "--data-dir", str(tmp_path / "demo"), "--report", str(report)])
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert f"Invalid value for --report: {report}: no file can be written there" in ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["report.json", "demo/report.json"])
def test_a_report_may_lie_in_the_folder_that_the_demo_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(Performance, "run", lambda _: 0)
    words = ["demo", "--data-dir", str(tmp_path / "demo"), "--report", str(tmp_path / name)]
    assert CliRunner().invoke(main, words).exit_code == 0
