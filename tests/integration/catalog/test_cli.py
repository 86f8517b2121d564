"""`tally catalog` tells scripts what it could not do."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.vocabulary.archives import FILES, tar_of, zip_of

from tallystick.cli import main


@pytest.mark.parametrize("again", [False, True])
def test_a_cut_archive_ends_with_an_error_that_says_what_is_kept(tmp_path: Path, again: bool) -> None:
    (tmp_path / "cut.tar").write_bytes(tar_of(FILES)[:1000])
    (tmp_path / "whole.zip").write_bytes(zip_of(FILES))
    words = [
        "catalog",
        "add",
        str(tmp_path / "cut.tar"),
        str(tmp_path / "whole.zip"),
        "--data-dir",
        str(tmp_path / "d"),
    ]
    if again:
        CliRunner().invoke(main, words)
    ended = CliRunner().invoke(main, words)
    assert ended.exit_code == 1
    assert f"whole.zip: zip, {len(FILES)} entries, {'known' if again else 'complete'}" in ended.stdout
    assert ended.stderr.startswith(f"{tmp_path / 'cut.tar'}: ")
    assert ended.stderr.endswith("add a whole copy to have the rest\n")


def test_whole_archives_end_without_an_error(tmp_path: Path) -> None:
    (tmp_path / "whole.zip").write_bytes(zip_of(FILES))
    ended = CliRunner().invoke(main, ["catalog", "add", str(tmp_path / "whole.zip"), "--data-dir", str(tmp_path / "d")])
    assert (ended.exit_code, ended.stderr) == (0, "")
