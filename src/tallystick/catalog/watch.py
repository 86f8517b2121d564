"""Folders that are kept catalogued."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from tallystick.catalog.errors import CatalogError
from tallystick.catalog.service import CatalogService
from tallystick.platform.telemetry import logger

__all__ = ["FolderWatch", "files_below"]

log = logger(__name__)


class FolderWatch:
    """Looks again and again, and catalogues what is new or has changed.

    A file that cannot be read is tried again when it changes, or when the process starts anew.
    """

    def __init__(self, service: CatalogService, folders: Sequence[Path], poll_s: float) -> None:
        self._service = service
        self._folders = folders
        self._poll_s = poll_s
        self._done: dict[Path, tuple[int, int]] = {}

    def run(self, stop: threading.Event) -> None:
        """Watch until told to stop; the file in hand is finished first."""
        while not stop.is_set():
            for path in files_below(self._folders):
                if stop.is_set():
                    return
                self._look(path)
            stop.wait(self._poll_s)

    def _look(self, path: Path) -> None:
        try:
            found = path.stat()
        except OSError:
            return
        state = (found.st_size, found.st_mtime_ns)
        if self._done.get(path) == state:
            return
        try:
            added = self._service.add(path)
        except CatalogError as error:
            log.warning("not catalogued", file=str(path), reason=str(error))
        else:
            log.info("catalogued", file=str(path), kind=added.kind, integrity=added.integrity, new=added.new)
        self._done[path] = state


def files_below(paths: Sequence[Path]) -> Iterator[Path]:
    """Give the regular files among `paths` and below the folders among them, each folder in order; links stay shut."""
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file() and not p.is_symlink())
        else:
            yield path
