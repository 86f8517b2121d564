"""The folders of a data directory that rows refer to, saved and brought back with the rows.

Their owners write a file before the row that refers to it and remove it after the row that no longer does, and files
only grow, but for a tail that no row made visible yet. So a backup holds every file open from before the store's
instant on, and again right after it: a file that the rows refer to is among them, however soon it is removed; and what
was appended since is more than needed, never less.
"""

import os
import resource
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Final, Self

from tallystick.platform.store.archive import ArchiveWriter, Readable
from tallystick.platform.store.branches import Branch
from tallystick.platform.store.errors import BackupError

__all__ = ["HeldFolders", "IncomingFolders", "folders_of", "holds_files"]

OBJECTS: Final = "objects"
STAGE: Final = ".restoring"


def folders_of(branches: Sequence[Branch]) -> tuple[str, ...]:
    """List the folders that rows of these owners refer to; the local object store is everybody's."""
    return (OBJECTS, *sorted({folder for branch in branches for folder in branch.folders}))


def holds_files(folder: Path) -> bool:
    """Tell whether anything but folders lies in a folder, however deep; one that is not there holds nothing."""
    return any(names for _, _, names in os.walk(folder))


class HeldFolders:
    """Files held open, so that they can be read after they were removed; closed at the end of the block."""

    def __init__(self, data_dir: Path, folders: Sequence[str]) -> None:
        self._data_dir = data_dir
        self._folders = folders
        self._held: dict[str, int] = {}

    def __enter__(self) -> Self:
        _allow_many_files()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for descriptor in self._held.values():
            os.close(descriptor)
        self._held.clear()

    def hold(self) -> None:
        """Open every file that is there now and was not opened before."""
        for folder in self._folders:
            for place, _, names in os.walk(self._data_dir / folder):
                for path in (Path(place, name) for name in names):
                    self._open(str(path.relative_to(self._data_dir)), path)

    def add_to(self, archive: ArchiveWriter) -> None:
        """Save what is held."""
        for name in sorted(self._held):
            size = os.fstat(self._held[name]).st_size
            archive.add_stream(f"files/{name}", _Beginning(self._held[name], size), size)

    def _open(self, name: str, path: Path) -> None:
        with suppress(FileNotFoundError):
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            known = self._held.get(name)
            if known is None or not os.path.sameopenfile(known, descriptor):
                self._held[name], descriptor = descriptor, known if known is not None else -1
            if descriptor >= 0:
                os.close(descriptor)


class IncomingFolders:
    """Files of a backup, kept aside until `settle` puts them in the place of what is there."""

    def __init__(self, data_dir: Path, folders: Sequence[str]) -> None:
        self._data_dir = data_dir
        self._stage = data_dir / STAGE
        self._folders = folders

    def __enter__(self) -> Self:
        shutil.rmtree(self._stage, ignore_errors=True)
        with _told_of(self._stage):
            for folder in self._folders:
                (self._stage / folder).mkdir(parents=True, mode=0o700)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._stage, ignore_errors=True)

    def put(self, name: PurePosixPath, content: Readable) -> None:
        """Take a file, named as in the data directory; its bytes are on disk on return."""
        path = self._stage / name
        with _told_of(path):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with path.open("xb") as target:
                shutil.copyfileobj(content, target)
                target.flush()
                os.fsync(target.fileno())

    def settle(self) -> None:
        """Put the folders in their places."""
        for folder in self._folders:
            place = self._data_dir / folder
            if place.exists():
                shutil.rmtree(place)
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            (self._stage / folder).rename(place)


class _Beginning:
    """The first `size` bytes of an open file; a tail that was cut off meanwhile reads as zeros."""

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor, self._left, self._place = descriptor, size, 0

    def read(self, size: int = -1, /) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        data = os.pread(self._descriptor, wanted, self._place)
        self._place += wanted
        self._left -= wanted
        return data.ljust(wanted, b"\0")


@contextmanager
def _told_of(path: Path) -> Iterator[None]:
    """Say of which file it is that writing failed."""
    try:
        yield
    except OSError as error:
        raise BackupError(f"{path} cannot be written: {error.strerror}; nothing has been changed") from error


def _allow_many_files() -> None:
    """Raise the number of files that this process may hold to what the system allows it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
