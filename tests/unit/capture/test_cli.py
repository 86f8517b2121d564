"""The commands say what they do."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tallystick.capture.cli import capture


def test_the_group_names_its_commands() -> None:
    shown = CliRunner().invoke(capture, ["--help"]).output
    assert all(word in shown for word in ("serve", "worker", "list"))


def test_a_new_directory_has_no_connectors(tmp_path: Path) -> None:
    result = CliRunner().invoke(capture, ["list", "--data-dir", str(tmp_path / "data")])
    assert (result.exit_code, result.output) == (0, "")


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(capture, ["serve", "--listen", "nowhere", "--data-dir", str(tmp_path / "data")])
    assert result.exit_code == 1
    assert "nowhere" in result.output


def test_a_worker_that_dies_ends_its_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object) -> None:
        raise ValueError("a mistake")

    monkeypatch.setattr("tallystick.capture.cli.run_worker", die)
    result = CliRunner().invoke(capture, ["serve", "--listen", "127.0.0.1:0", "--data-dir", str(tmp_path / "data")])
    assert (result.exit_code, str(result.exception)) == (1, "a mistake")
