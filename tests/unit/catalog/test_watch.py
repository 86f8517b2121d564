"""A watched folder is kept catalogued, whatever one file in it does."""

import os
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tallystick.catalog import watch
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


@pytest.mark.parametrize(("again_s", "asked"), [(60.0, ["broken"]), (0.0, ["broken", "broken"])])
def test_a_file_that_failed_is_tried_again_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, again_s: float, asked: list[str]
) -> None:
    monkeypatch.setattr(watch, "AGAIN_S", again_s)
    (tmp_path / "broken").touch()
    service = Service(threading.Event())
    watching = FolderWatch(service, [tmp_path], 0.0)  # type: ignore[arg-type]
    for _ in range(2):
        watching._look(tmp_path / "broken")
    assert service.asked == asked


def test_a_folder_that_cannot_be_read_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    told: list[str] = []
    looks = 0

    def shut(folder: str) -> None:
        nonlocal looks
        looks += 1
        if looks == 3:
            stop.set()
        raise PermissionError(13, "Permission denied", folder)

    monkeypatch.setattr(os, "scandir", shut)
    monkeypatch.setattr(watch.log, "warning", lambda _, **what: told.append(f"{what['file']}: {what['reason']}"))
    FolderWatch(Service(stop), [tmp_path], 0.0).run(stop)  # type: ignore[arg-type]
    assert told == [f"{tmp_path}: Permission denied"]


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
