"""Digests of every file of a `tar.gz`, against md5sum, sha1sum and sha256sum: `python benchmarks/catalog.py [ARCHIVE]`.

Without an archive one of incompressible and textual files is made. Each contestant decompresses the archive once and
takes three digests of all of it; ours also takes those of the archive itself, and of each file apart.
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

MEGABYTE = 1 << 20


def main() -> None:
    """Print megabytes a second of wall and of processor time, counted after decompression."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", nargs="?", type=Path)
    parser.add_argument("--megabytes", type=int, default=64, help="how large an archive is made")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        archive = arguments.archive or _made(Path(directory) / "sample.tar.gz", arguments.megabytes)
        with gzip.open(archive) as plain:
            size = sum(len(block) for block in iter(lambda: plain.read(MEGABYTE), b"")) / MEGABYTE
        print(f"{size:.0f} MB after decompression")
        for name, contestant in CONTESTANTS.items():
            wall_s, cpu_s = _timed(contestant, archive)
            print(f"{name:<30} {size / wall_s:8.0f} MB/s {size / cpu_s:8.0f} MB/s of processor time")


def _made(path: Path, megabytes: int) -> Path:
    source = random.Random(1)
    text = " ".join(f"tally {number}" for number in range(40_000)).encode()
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for number in range(megabytes * 16):
            body = source.randbytes(32 * 1024) + text[: 32 * 1024]
            member = tarfile.TarInfo(f"folder/{number}")
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
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


def _timed(contestant: Callable[[Path], None], archive: Path) -> tuple[float, float]:
    wall, before = time.perf_counter(), _cpu_s()
    contestant(archive)
    return time.perf_counter() - wall, _cpu_s() - before


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


CONTESTANTS = {"sandboxed reader": _ours, "md5sum + sha1sum + sha256sum": _tools, "tarfile + hashlib": _stdlib}

if __name__ == "__main__":
    main()
