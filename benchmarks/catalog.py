"""Digests of every file of a `tar.gz`, against md5sum, sha1sum and sha256sum: `python benchmarks/catalog.py [ARCHIVE]`.

Without an archive one of incompressible and textual files is made. Each contestant decompresses the archive once and
takes three digests of all of it; ours also takes those of the archive itself, and of each file apart. The last line
is a whole import of small files: read in the sandbox, recorded in SQLite, durable.
"""

import argparse
import gzip
import hashlib
import io
import random
import resource
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tallystick.catalog.adapters.sandboxed import SandboxedReader
from tallystick.catalog.settings import CatalogSettings
from tallystick.catalog.wiring import BRANCH, build
from tallystick.platform.wiring import PlatformSettings, open_platform

MEGABYTE = 1 << 20
SMALL_FILES = 20_000


def main() -> None:
    """Print megabytes a second of wall and of processor time, counted after decompression."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", nargs="?", type=Path)
    parser.add_argument("--megabytes", type=int, default=64, help="how large an archive is made")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        archive = arguments.archive or _made(Path(directory) / "sample.tar.gz", arguments.megabytes * 16, 65_536)
        with gzip.open(archive) as plain:
            size = sum(len(block) for block in iter(lambda: plain.read(MEGABYTE), b"")) / MEGABYTE
        print(f"{size:.0f} MB after decompression")
        for name, contestant in CONTESTANTS.items():
            _print(name, size, "MB", _timed(contestant, archive))
        _print("small files added", SMALL_FILES, "files", _import(Path(directory)))


def _print(name: str, amount: float, unit: str, spent: tuple[float, float]) -> None:
    wall_s, cpu_s = spent
    print(f"{name:<30} {amount / wall_s:8.0f} {unit}/s {amount / cpu_s:8.0f} {unit}/s of processor time")


def _import(directory: Path) -> tuple[float, float]:
    small = _made(directory / "small.tar.gz", SMALL_FILES, 1024)
    platform = open_platform(PlatformSettings(), directory / "data", [BRANCH])
    try:
        return _timed(build(CatalogSettings(), platform).service.add, small)
    finally:
        platform.close()


def _made(path: Path, files: int, size: int) -> Path:
    """Write files that are half random and half text, no two alike."""
    source = random.Random(1)
    text = " ".join(f"tally {number}" for number in range(8_000)).encode()
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for number in range(files):
            member = tarfile.TarInfo(f"folder/{number}")
            member.size = size
            archive.addfile(member, io.BytesIO(source.randbytes(size // 2) + text[: size // 2]))
    return path


def _ours(archive: Path) -> None:
    with archive.open("rb") as file, SandboxedReader(CatalogSettings()).read(file) as frames:
        for _ in frames:
            pass


def _tools(archive: Path) -> None:
    pipeline = f"gzip -dc '{archive}' | tee >(md5sum >&2) >(sha1sum >&2) | sha256sum"
    subprocess.run(["bash", "-c", pipeline], check=True, capture_output=True)


def _stdlib(archive: Path) -> None:
    with tarfile.open(archive) as opened:
        for member in opened:
            if file := opened.extractfile(member):
                body = file.read()
                for algorithm in ("md5", "sha1", "sha256"):
                    hashlib.new(algorithm, body).digest()


def _timed(contestant: Callable[[Path], object], archive: Path) -> tuple[float, float]:
    wall, before = time.perf_counter(), _cpu_s()
    contestant(archive)
    return time.perf_counter() - wall, _cpu_s() - before


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


CONTESTANTS = {"sandboxed reader": _ours, "md5sum + sha1sum + sha256sum": _tools, "tarfile + hashlib": _stdlib}

if __name__ == "__main__":
    main()
