"""Folders that are kept catalogued."""

import os
import stat
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from tallystick.catalog.errors import CatalogError
from tallystick.catalog.service import CatalogService
from tallystick.platform.telemetry import logger

__all__ = ["FolderWatch", "files_below"]

log = logger(__name__)

AGAIN_S: Final = 60.0
"""How long a file is left alone after a failure that is not its own reader's."""


class FolderWatch:
    """Looks again and again, and catalogues what is new or has changed.

    A file that cannot be read is tried again when it changes, or when the process starts anew; one that failed for
    another reason, such as a store that was away, is tried again after a while. No file keeps others from being read.
    """

    def __init__(self, service: CatalogService, folders: Sequence[Path], poll_s: float) -> None:
        self._service = service
        self._folders = folders
        self._poll_s = poll_s
        self._done: dict[Path, tuple[int, int]] = {}
        self._again: dict[Path, float] = {}
        self._missed: set[str | Path] = set()

    def run(self, stop: threading.Event) -> None:
        """Watch until told to stop; the file in hand is finished first."""
        while not stop.is_set():
            missed: list[OSError] = []
            for path in files_below(self._folders, missed.append):
                if stop.is_set():
                    return
                self._look(path)
            self._tell(missed)
            stop.wait(self._poll_s)

    def _tell(self, missed: Sequence[OSError]) -> None:
        """Log what cannot be looked into, once for as long as it cannot."""
        for error in missed:
            if error.filename not in self._missed:
                log.warning("not looked into", file=str(error.filename), reason=error.strerror)
        self._missed = {error.filename for error in missed}

    def _look(self, path: Path) -> None:
        try:
            found = path.stat()
        except OSError:
            return
        state = (found.st_size, found.st_mtime_ns)
        if self._done.get(path) == state or time.monotonic() < self._again.get(path, 0.0):
            return
        try:
            added = self._service.add(path)
        except CatalogError as error:
            log.warning("not catalogued", file=str(path), reason=str(error))
        except Exception:  # whatever one file does, the others are looked at
            log.exception("not catalogued", file=str(path), again_s=AGAIN_S)
            self._again[path] = time.monotonic() + AGAIN_S
            return
        else:
            log.info("catalogued", file=str(path), kind=added.kind, integrity=added.integrity, new=added.new)
        self._done[path] = state


def files_below(paths: Sequence[Path], missed: Callable[[OSError], None]) -> Iterator[Path]:
    """Give the regular files among `paths` and below the folders among them, each folder in order; links stay shut.

    What cannot be looked into is told to `missed`, with its `filename`, and the rest is given all the same.
    """
    for path in paths:
        if not os.path.isdir(path):  # noqa: PTH112 -- a path behind a folder that cannot be passed is none
            yield path
            continue
        for folder, inner, names in os.walk(path, onerror=missed):
            inner.sort()
            yield from (found for name in sorted(names) if _is_regular(found := Path(folder, name), missed))


def _is_regular(path: Path, missed: Callable[[OSError], None]) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:  # gone since the folder was listed
        return False
    except OSError as error:
        missed(error)
        return False
