"""What an upload leaves on the disk."""

import stat
from pathlib import Path

from tallystick.linkage.adapters.columns import ColumnFiles


def test_uploads_and_results_are_their_owner_s_alone(tmp_path: Path) -> None:
    files = ColumnFiles(tmp_path / "linkage" / "projects")
    files.write_upload("p1", [bytes(8)], [["a"]])
    files.write_result("p1", "r1", [b"{}"])
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in tmp_path.rglob("*")}
    assert modes == {(True, 0o700), (False, 0o600)}
