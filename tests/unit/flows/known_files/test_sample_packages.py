from pathlib import Path

from tallystick.flows.known_files.sample_packages import build


def test_packages_are_the_same_bytes_each_time(tmp_path: Path) -> None:
    first, second = build(tmp_path / "one"), build(tmp_path / "two")
    assert [path.suffix for path in first] == [".whl", ".deb", ".gz", ".tar"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
