"""A watched folder is kept catalogued, whatever one file in it does."""

import os
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tallystick.catalog.watch import FolderWatch, files_below


class Service:
    """Adds files, and fails for one of them as no reader does."""

    def __init__(self, stop: threading.Event) -> None:
        self.asked: list[str] = []
        self._stop = stop

    def add(self, path: Path) -> Any:
        self.asked.append(path.name)
        if path.name == "broken":
            raise OverflowError("too large for a row")
        self._stop.set()
        return SimpleNamespace(kind="file", integrity="complete", new=True)


def test_a_file_that_fails_keeps_no_other_from_being_read(tmp_path: Path) -> None:
    for name in ("broken", "whole"):
        (tmp_path / name).touch()
    stop = threading.Event()
    service = Service(stop)
    FolderWatch(service, [tmp_path], 0.0).run(stop)  # type: ignore[arg-type]
    assert service.asked == ["broken", "whole"]


def test_files_are_given_in_order_and_links_stay_shut(tmp_path: Path) -> None:
    for name in ("b/y", "b/x", "a/z", "last"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "link").symlink_to(tmp_path / "last")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    found = [str(path.relative_to(tmp_path)) for path in files_below([tmp_path], raising)]
    assert found == ["last", "a/z", "b/x", "b/y"]


def raising(error: OSError) -> None:
    raise error
