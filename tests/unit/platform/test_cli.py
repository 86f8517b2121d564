"""A capability alone, on a data directory that cannot be used."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tallystick.cli import main

COMMANDS = [
    ["capture", "list"],
    ["capture", "serve"],
    ["catalog", "list"],
    ["catalog", "serve"],
    ["inference", "list"],
    ["inference", "serve"],
    ["linkage", "serve"],
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_folder_that_cannot_be_made_is_named(words: list[str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ended = CliRunner().invoke(main, [*words, "--data-dir", str(tmp_path / "file" / "data")])
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert ended.stderr == f"Error: --data-dir {tmp_path / 'file' / 'data'} cannot be made: Not a directory\n"


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_store_that_is_none_is_named_and_left_alone(words: list[str], tmp_path: Path) -> None:
    (tmp_path / "tally.db").write_text("a letter, no database" * 100)
    ended = CliRunner().invoke(main, [*words, "--data-dir", str(tmp_path)])
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert ended.stderr.startswith("Error: ")
    assert "tally.db" in ended.stderr
    assert (tmp_path / "tally.db").read_text() == "a letter, no database" * 100
