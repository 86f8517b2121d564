"""`tally demo` as a process of its own: its stages, its processes by role, and what it leaves in its directory."""

import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.vocabulary.processes import alive, eventually

__all__ = ["ORGANISATIONS", "DemoRun", "Machine"]

ORGANISATIONS = ("north", "south", "unit")
SUPERVISED = ("postgres-north", "postgres-south", *ORGANISATIONS)
MARK = "MARK_OF_A_TESTED_DEMO"
TALLY = (sys.executable, "-c", "from tallystick.cli import main; main()")


@dataclass
class DemoRun:
    """The runs of one test on one directory; every process of theirs carries a mark in its environment."""

    directory: Path
    tally: tuple[str, ...] = TALLY
    cwd: Path | None = None
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    process: subprocess.Popen[bytes] | None = None

    @property
    def told(self) -> Path:
        """The file that takes what the latest run prints."""
        return self.directory.with_suffix(".out")

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start `tally demo` on the directory."""
        environment = {**os.environ, MARK: self.mark, "TALLY_SUPERVISOR_DEPTH": "0", "COLUMNS": "200"}
        environment.pop("PYTHONPATH", None)
        self.told.unlink(missing_ok=True)
        with self.told.open("wb") as output:
            self.process = subprocess.Popen(
                [*self.tally, "demo", "--data-dir", str(self.directory), *words],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment, cwd=self.cwd,
            )  # fmt: skip
        return self.process

    def run(self, *words: str, within_s: float = 240) -> None:
        """Run the demo to its end, which is exit code 0."""
        self.start(*words)
        self.ends(within_s)

    def ends(self, within_s: float = 60) -> None:
        """Wait for the end of the run: exit code 0, and nothing left behind."""
        assert self.process
        assert self.process.wait(within_s) == 0, self.output()
        assert self.processes() == set()

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        assert self.process
        self.process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """Kill the demo itself; whatever it started must follow by itself."""
        assert self.process
        self.process.kill()
        self.process.wait()
        deadline = time.monotonic() + 30
        while left := self.processes():
            assert time.monotonic() < deadline, [command(pid) for pid in left]
            time.sleep(0.05)

    def end(self) -> None:
        """Leave nothing behind, whatever the test came to."""
        if self.process:
            self.process.kill()
            self.process.wait()
        while left := self.processes():
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)

    def output(self) -> str:
        """Return everything that the latest run printed so far."""
        return self.told.read_text() if self.told.exists() else ""

    def says(self, text: str, within_s: float = 120) -> None:
        """Wait until the demo has printed a text."""
        assert self.process
        running = self.process

        def said() -> bool:
            if text in self.output():
                return True
            assert running.poll() is None, f"the demo ended with {running.returncode}:\n{self.output()}"
            return False

        eventually(said, within_s)

    def roles(self) -> dict[str, int]:
        """Return the process behind each role: supervised ones, and PostgreSQL's servers and backends."""
        found = _children(self.directory)
        for name in ORGANISATIONS:
            found |= {f"{name}/{child}": pid for child, pid in _children(self.directory / name).items()}
        for registry in ("north", "south"):
            with suppress(FileNotFoundError, ValueError, IndexError):
                server = int((self.directory / "postgres" / registry / "data/postmaster.pid").read_text().split()[0])
                found[f"postgres-{registry}/server"] = server
                found[f"postgres-{registry}/backend"] = random.choice(_offspring(server))
        return {role: pid for role, pid in found.items() if alive(pid)}

    def processes(self) -> set[int]:
        """Find every process of this demo, orphans included: by its mark, its command line or where it stands."""
        return {
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and alive(int(entry.name)) and self._owns(entry)
        }

    def _owns(self, process: Path) -> bool:
        with suppress(OSError):
            if f"{MARK}={self.mark}".encode() in (process / "environ").read_bytes():
                return True
            if str(self.directory).encode() in (process / "cmdline").read_bytes():
                return True
            return (process / "cwd").readlink().is_relative_to(self.directory)
        return False


def command(pid: int) -> str:
    """Return what a process runs, and how it is."""
    with suppress(OSError):
        process = Path(f"/proc/{pid}")
        words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        return f"{pid} {words} {(process / 'wchan').read_text()} {(process / 'stack').read_text()}"
    return f"{pid} ended"


class Machine:
    """Watches, from now on, who uses the machine."""

    def __init__(self) -> None:
        self._begun = self._busy_s(), self._own_s()

    def lost_s(self) -> float:
        """Return by how many seconds others' work, spread over all cores, has delayed the processes started here.

        Those that still run are not counted.
        """
        busy, own = self._busy_s() - self._begun[0], self._own_s() - self._begun[1]
        return max(0.0, busy - own) / (os.cpu_count() or 1)

    @staticmethod
    def _busy_s() -> float:
        user, nice, system, _idle, _waiting, hard, soft, stolen, *_ = map(int, _stat("/proc/stat")[1:])
        return (user + nice + system + hard + soft + stolen) / os.sysconf("SC_CLK_TCK")

    @staticmethod
    def _own_s() -> float:
        times = os.times()
        return times.user + times.system + times.children_user + times.children_system


def _stat(file: str) -> list[str]:
    return Path(file).read_text().partition("\n")[0].split()


def _children(directory: Path) -> dict[str, int]:
    try:
        state = json.loads((directory / "run" / "supervisor.json").read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return {child["name"]: child["pid"] for child in state["children"] if child["pid"]}


def _offspring(parent: int) -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _parent(entry) == parent]


def _parent(process: Path) -> int:
    with suppress(OSError):
        return int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
    return 0
