"""A supervisor in a process of its own, over children told as Python snippets."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.vocabulary.processes import eventually

from tallystick.platform.supervisor import ChildStatus, NotRunningError, SupervisorStatus, status

__all__ = ["Supervision"]

SCRIPT = """
import json, sys
from pathlib import Path
from tallystick.platform.supervisor import Child, ReadyFile, ReadySocket, RestartPolicy, Supervisor
directory, told = Path(sys.argv[1]), json.loads(sys.argv[2])
probes = {None: None, "file": ReadyFile(), "socket": ReadySocket(directory / "run" / "api.sock")}
children = [
    Child(name, one.get("argv") or [sys.executable, "-c", one["code"]], stop_s=one.get("stop_s", 2),
          ready=probes[one.get("ready")], reloads=one.get("reloads", False))
    for name, one in told.items()
]
policy = RestartPolicy(first_s=0.05, longest_s=0.4, healthy_s=5, crash_loop_after=3)
Supervisor(children, directory, policy=policy, echo=lambda name, line: print(name, "|", line, flush=True)).run()
"""


@dataclass
class Supervision:
    """The supervisors that one test starts on one directory."""

    directory: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, **children: dict[str, Any]) -> subprocess.Popen[str]:
        """Start a supervisor over children such as `{"code": "print(1)", "ready": "file"}`."""
        process = subprocess.Popen(
            self.command(**children),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "TALLY_SUPERVISOR_DEPTH": "0"},
        )
        self.started.append(process)
        return process

    def command(self, **children: dict[str, Any]) -> list[str]:
        """Return the command of such a supervisor."""
        return [sys.executable, "-c", SCRIPT, str(self.directory), json.dumps(children)]

    def end(self) -> None:
        """Leave nothing behind."""
        for process in self.started:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()

    def status(self) -> SupervisorStatus | None:
        """Return what the supervisor says, or None when there is none."""
        try:
            return status(self.directory)
        except NotRunningError:
            return None

    def child(self, name: str, state: str) -> ChildStatus | None:
        """Return the child's status if it is in the given state now."""
        children = now.children if (now := self.status()) else ()
        return next((child for child in children if (child.name, child.state) == (name, state)), None)

    def becomes(self, name: str, state: str) -> ChildStatus:
        """Wait until the child is in the given state."""
        return eventually(lambda: self.child(name, state))

    def pid(self, name: str) -> int:
        """Wait until the child is ready; return its process."""
        pid = self.becomes(name, "ready").pid
        assert pid is not None
        return pid

    def log(self, name: str) -> str:
        """Return what the child printed."""
        path = self.directory / "logs" / f"{name}.log"
        return path.read_text() if path.exists() else ""
