"""Archives that other people's tools write: Info-ZIP, dpkg-deb, GNU tar."""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.vocabulary.archives import FILES, digests, scan

TRUTH = {name: digests(body) for name, body in FILES.items()}
CONTROL = "Package: known\nVersion: 1\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: x\n"

COMMANDS: Mapping[str, list[str]] = {
    "zip": ["zip", "-qr", "../archive", "."],
    "tar": ["tar", "-cf", "../archive", "."],
    "tar-gnu": ["tar", "--format=gnu", "-czf", "../archive", "."],
    "tar-pax": ["tar", "--format=pax", "-cJf", "../archive", "."],
    "tar-v7": ["tar", "--format=v7", "-cf", "../archive", "."],
    "tar-sparse": ["tar", "--format=gnu", "-Scf", "../archive", "."],
}


def tree(folder: Path) -> Path:
    for name, body in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return folder


def found(archive: Path, clean: Callable[[str], str] = lambda name: name.removeprefix("./")) -> dict[str, object]:
    scanned = scan(archive.read_bytes())
    assert {container.integrity for container in scanned.containers} == {"complete"}
    return {clean(name): content for name, content in scanned.contents.items() if content}


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_tools_archive_is_read(kind: str, tmp_path: Path) -> None:
    if not shutil.which(COMMANDS[kind][0]):
        pytest.skip(f"{COMMANDS[kind][0]} is not installed")
    folder = tree(tmp_path / "tree")
    with (folder / "holes").open("wb") as holes:
        holes.truncate(1 << 20)
    subprocess.run(COMMANDS[kind], cwd=folder, check=True)
    archive = tmp_path / ("archive.zip" if kind == "zip" else "archive")
    assert found(archive) == TRUTH | {"holes": digests(bytes(1 << 20))}


def test_a_map_of_holes_is_not_taken_for_a_file(tmp_path: Path) -> None:
    with (tmp_path / "holes").open("wb") as holes:
        holes.seek(1 << 20)
        holes.write(b"end")
    subprocess.run(["tar", "--format=pax", "-Scf", "archive", "holes"], cwd=tmp_path, check=True)
    scanned = scan((tmp_path / "archive").read_bytes())
    assert scanned.outermost.integrity == "unsupported"
    assert list(scanned.contents.values()) == [None]


@pytest.mark.parametrize("compression", ["gzip", "xz", "zstd", "none"])
def test_a_debian_package_is_read(compression: str, tmp_path: Path) -> None:
    if not shutil.which("dpkg-deb"):
        pytest.skip("dpkg-deb is not installed")
    folder = tree(tmp_path / "tree")
    (folder / "DEBIAN").mkdir()
    (folder / "DEBIAN" / "control").write_text(CONTROL)
    package = tmp_path / "known.deb"
    subprocess.run(["dpkg-deb", f"-Z{compression}", "-b", str(folder), str(package)], check=True, capture_output=True)
    contents = found(package)
    assert TRUTH.items() <= contents.items()
    assert contents["control"] == digests(CONTROL.encode())
