"""`tally catalog` tells scripts what it could not do."""

import os
import subprocess
import sys
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


UNPRIVILEGED = """
import ctypes, os
from tallystick.cli import main
class Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]
none = (ctypes.c_uint32 * 6)()
if os.geteuid() == 0:
    assert ctypes.CDLL(None).capset(ctypes.byref(Header(0x20080522, 0)), none) == 0
main()
"""
"""Runs `tally` without root's right to read whatever it likes."""


@pytest.mark.parametrize("mode", [0o000, 0o444])
def test_a_folder_that_cannot_be_read_is_told_and_the_rest_is_catalogued(tmp_path: Path, mode: int) -> None:
    shut = tmp_path / "packages" / "shut"
    shut.mkdir(parents=True)
    for path in (shut / "hidden", tmp_path / "packages" / "whole", tmp_path / "packages" / "z" / "last"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(zip_of(FILES))
    shut.chmod(mode)
    words = [sys.executable, "-c", UNPRIVILEGED, "catalog", "add", str(shut.parent), "--data-dir", str(tmp_path / "d")]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, env=dict(os.environ))
    shut.chmod(0o755)
    assert (ended.returncode, ended.stdout.count("zip, ")) == (1, 2)
    assert ended.stderr.startswith(f"{shut}")
    assert ended.stderr.endswith(": Permission denied\n")
