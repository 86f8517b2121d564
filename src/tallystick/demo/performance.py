"""One run of the demo: everything under one supervisor, the story in a thread beside it."""

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from tallystick.demo.doors import show_links
from tallystick.demo.errors import DemoError, StepFailed
from tallystick.demo.living import Measured, Stage
from tallystick.demo.report import show, write
from tallystick.demo.scene import Scene
from tallystick.demo.sites import REGISTRIES, Sites
from tallystick.demo.story import SEED, Story
from tallystick.demo.watch import MatchWatch
from tallystick.platform.supervisor import Child, Supervisor

__all__ = ["Performance", "change_once"]

CHANGE_EVERY_S = 1.0
STOP_S = 25.0
STORY_ENDS_S = 5.0


class Performance:
    """Runs the demo in `directory`; `people` a registry, `changes` that are measured."""

    def __init__(self, directory: Path, *, wait: bool, report: Path | None, people: int, changes: int) -> None:
        self._directory = directory
        self._wait = wait
        self._report = report
        self._people = people
        self._changes = changes
        self._console = Console(highlight=False)
        self._ending = threading.Event()
        self._failure: Exception | None = None
        self._begun = time.monotonic()

    def run(self) -> int:
        """Run until the story's end, or until Ctrl-C; return the exit code."""
        self._console.print(
            f"[bold]Tallystick[/]: three organisations in {escape(str(self._directory))}", soft_wrap=True
        )
        sites = Sites.prepare(self._directory)
        supervisor = Supervisor(_children(sites), self._directory)
        telling = threading.Thread(target=self._tell, args=(sites, supervisor), name="story", daemon=True)
        try:
            supervisor.run(first=telling.start)
        finally:
            self._ending.set()
            if telling.is_alive():
                telling.join(STORY_ENDS_S)
        if self._failure is not None:
            raise self._failure
        directory = escape(str(self._directory))
        self._console.print(f"[dim]Stopped. The same directory goes on: {directory}[/]", soft_wrap=True)
        return 0

    def _tell(self, sites: Sites, supervisor: Supervisor) -> None:
        """Tell the story, then end the supervisor, which runs on the main thread."""

        def alive() -> bool:
            return not (self._ending.is_set() or supervisor.stopping)

        try:
            story = Story(sites, self._console, people=self._people, changes=self._changes, alive=alive)
            results = story.run()
            results.seconds = time.monotonic() - self._begun
            show(results, self._console)
            if self._report:
                write(results, self._report)
            if self._wait:
                show_links(sites, self._console)
                self._live(sites, story.scene, alive)
        except Exception as error:  # noqa: BLE001 -- told by the main thread, which must first stop the children
            if alive():
                self._failure = error if isinstance(error, DemoError) else _unforeseen(error)
        finally:
            if alive():
                os.kill(os.getpid(), signal.SIGTERM)

    def _live(self, sites: Sites, scene: Scene, alive: Callable[[], bool]) -> None:
        words = "One change a second from here on. Enter prints fresh links, Ctrl-C stops everything."
        self._console.print(f"\n{words}\n", soft_wrap=True)
        watch = MatchWatch(scene.unit.platform.log, scene.topic, alive=alive)
        stage = Stage(scene, watch, scene.life(SEED + 1), alive=alive)
        with watch.watching():
            while alive():
                measured = stage.change()
                if not alive():
                    break
                self._console.print(_line(measured), soft_wrap=True)
                if _enter_pressed(CHANGE_EVERY_S, self._ending):
                    show_links(sites, self._console)
        stage.close()


def change_once(directory: Path) -> int:
    """Make one change in a running demo; exit code 1 when no match followed."""
    sites = Sites(directory)
    scene = Scene.of(sites) if sites.unit.config.exists() else None
    if scene is None or not scene.serving():
        raise StepFailed(f"no demo runs in {directory}; start one: tally demo --data-dir {directory}")
    watch = MatchWatch(scene.unit.platform.log, scene.topic)
    stage = Stage(scene, watch, scene.life(time.time_ns()))
    with watch.watching():
        measured = stage.change()
    stage.close()
    Console(highlight=False).print(_line(measured), soft_wrap=True)
    return 0 if measured.commit_to_event_ms is not None else 1


def _children(sites: Sites) -> list[Child]:
    tally = [sys.executable, "-c", "from tallystick.cli import main; main()"]
    databases = [Child(f"postgres-{name}", sites.database(name).argv(), stop_s=STOP_S) for name in REGISTRIES]
    organisations = [
        Child(name, [*tally, "up", "--no-echo", "--config", str(sites.site(name).config)], stop_s=STOP_S)
        for name in ("unit", *REGISTRIES)
    ]
    return [*databases, *organisations]


def _line(measured: Measured) -> str:
    late = measured.commit_to_event_ms
    followed = f"match {measured.effect} after {late:.0f} ms" if late is not None else "[red]no match event came[/]"
    return f"  {measured.registry:<6} {measured.kind:<18} {measured.person:<28} {followed}"


def _enter_pressed(seconds: float, ending: threading.Event) -> bool:
    if not sys.stdin.isatty():
        ending.wait(seconds)
        return False
    readable, _, _ = select.select([sys.stdin], [], [], seconds)
    return bool(readable) and bool(sys.stdin.readline())


def _unforeseen(error: Exception) -> DemoError:
    failure = DemoError(f"{type(error).__name__}: {error}")
    failure.__cause__ = error
    return failure
