"""The commands say what they do."""

from pathlib import Path

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
