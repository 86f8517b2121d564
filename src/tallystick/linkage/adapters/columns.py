"""Uploads and results as files under one folder; encodings never enter the store."""

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
        """Keep a run's result; one that was there is replaced at once."""
        folder = self._folder / project
        _make_private(folder)
        fresh = folder / f"{run}.{secrets.token_hex(4)}.part"
        _write(fresh, pieces)
        fresh.rename(folder / f"{run}.result")
        _sync(folder)

    def read_result(self, project: str, run: str) -> bytes:
        """Return a run's result."""
        return (self._folder / project / f"{run}.result").read_bytes()

    def remove_upload(self, name: str) -> None:
        """Forget an upload."""
        shutil.rmtree(self._folder / name, ignore_errors=True)

    def remove_run(self, project: str, run: str) -> None:
        """Forget a run's result."""
        (self._folder / project / f"{run}.result").unlink(missing_ok=True)

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


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
