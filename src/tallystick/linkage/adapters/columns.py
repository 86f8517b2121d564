"""Uploads and results as files under one folder; encodings never enter the store."""

import math
import os
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path

import msgspec
import numpy as np

from tallystick.linkage.domain.batch.matching import Column
from tallystick.linkage.domain.batch.uploads import Blocks

__all__ = ["ColumnFiles"]

FILTERS, BLOCKS = "filters", "blocks"
RESULT, PART = ".result", ".part"


class ColumnFiles:
    """Each upload in a folder of its own, complete and on disk before its name is given out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write_upload(self, project: str, encodings: Iterable[bytes], blocks: Blocks | None) -> tuple[str, int]:
        """Keep an upload; return its folder's name and how many bytes of encodings came."""
        name = f"{project}/{secrets.token_hex(8)}"
        folder = self._folder / name
        _make_private(folder)
        try:
            written = _write(folder / FILTERS, encodings)
            if blocks is not None:
                _write(folder / BLOCKS, [msgspec.msgpack.encode(blocks)])
        except BaseException:
            shutil.rmtree(folder)
            raise
        _sync(folder)
        return name, written

    def read_column(self, name: str, size: int) -> Column:
        """Map an upload's encodings of `size` bytes, a multiple of eight."""
        folder = self._folder / name
        filters = np.fromfile(folder / FILTERS, np.uint64).reshape(-1, size // 8)
        blocks = folder / BLOCKS
        return Column(filters, msgspec.msgpack.decode(blocks.read_bytes(), type=Blocks) if blocks.exists() else None)

    def write_result(self, project: str, run: str, pieces: Iterable[bytes]) -> None:
        """Keep a run's result; one that was there is replaced at once.

        Raises `FileNotFoundError` when the project was forgotten: its folder is not made again.
        """
        folder = self._folder / project
        fresh = folder / f"{run}.{secrets.token_hex(4)}{PART}"
        try:
            _write(fresh, pieces)
            fresh.rename(folder / f"{run}{RESULT}")
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        _sync(folder)

    def read_result(self, project: str, run: str) -> bytes:
        """Return a run's result."""
        return (self._folder / project / f"{run}{RESULT}").read_bytes()

    def remove_upload(self, name: str) -> None:
        """Forget an upload."""
        shutil.rmtree(self._folder / name, ignore_errors=True)

    def remove_run(self, project: str, run: str) -> None:
        """Forget a run's result."""
        (self._folder / project / f"{run}{RESULT}").unlink(missing_ok=True)

    def projects(self) -> list[str]:
        """List the projects that have files."""
        return [folder.name for folder in self._folder.iterdir()] if self._folder.exists() else []

    def uploads(self, project: str, before: float) -> list[str]:
        """List the uploads of a project to which nothing was written since `before`, in seconds since 1970."""
        folders = [folder for folder in (self._folder / project).glob("*") if folder.is_dir()]
        return [f"{project}/{folder.name}" for folder in folders if _last_written(folder) < before]

    def results(self, project: str) -> list[str]:
        """List the runs of a project that have a result."""
        return [path.name.removesuffix(RESULT) for path in (self._folder / project).glob(f"*{RESULT}")]

    def remove_parts(self, project: str, before: float) -> int:
        """Forget results that broke off while they were written; return how many."""
        stale = [path for path in (self._folder / project).glob(f"*{PART}") if _last_written(path) < before]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)

    def remove_project(self, project: str) -> None:
        """Forget all of a project."""
        shutil.rmtree(self._folder / project, ignore_errors=True)


def _make_private(folder: Path) -> None:
    """Make a folder and those above it that are missing; each one's owner alone may enter it."""
    if not folder.parent.exists():
        _make_private(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)


def _write(path: Path, pieces: Iterable[bytes]) -> int:
    written = 0
    with open(path, "xb", opener=_private) as file:
        for piece in pieces:
            written += file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return written


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _last_written(path: Path) -> float:
    """Tell when a file, or a folder's last file, was written to; what vanishes meanwhile is of no age."""
    try:
        return max(each.stat().st_mtime for each in (path, *path.glob("*")))
    except FileNotFoundError:
        return math.inf


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
