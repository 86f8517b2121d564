"""A real `tally up` in a process of its own, and those who come to its TLS door."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from tests.vocabulary.processes import eventually

from tallystick.platform.auth import Tokens
from tallystick.platform.store import Store
from tallystick.platform.supervisor import ChildStatus, SupervisorStatus, status

__all__ = ["TALLY", "Answer", "Upped", "free_port"]

TALLY = [sys.executable, "-c", "from tallystick.cli import main; main()"]
START_S = 60.0


class Answer(NamedTuple):
    """A status and a body."""

    status: int
    body: bytes

    @property
    def value(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def free_port() -> int:
    """Find a port that nobody uses now."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


@dataclass
class Upped:
    """One organisation: its settings file and data directory in a folder, and the `tally up` that runs it."""

    folder: Path
    settings: str
    name: str = "unit"
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        head = f'name = "{self.name}"\n'
        door = f'[edge]\nlisten = "127.0.0.1:{self.port}"\nnames = ["{self.name}.localhost"]\ndrain_s = 10\n'
        self.folder.mkdir(exist_ok=True)
        self.config.write_text(head + door + self.settings)

    @property
    def config(self) -> Path:
        """The settings file."""
        return self.folder / "tally.toml"

    @property
    def data_dir(self) -> Path:
        """Where everything is kept."""
        return self.folder / "data"

    def tally(self, *words: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run another command to its end."""
        return subprocess.run([*TALLY, *words], capture_output=True, text=True, timeout=timeout, cwd=self.folder)

    def up(self) -> "Upped":
        """Start it and wait until its door answers that it is ready."""
        self.process = subprocess.Popen(
            [*TALLY, "up", "--config", str(self.config), "--no-echo"], env={**os.environ, "TALLY_SUPERVISOR_DEPTH": "0"}
        )
        self.until_ready()
        return self

    def until_ready(self) -> None:
        """Wait until the door answers that everything behind it is ready."""
        deadline = time.monotonic() + START_S
        while not self._answers():
            assert self.process is None or self.process.poll() is None, "tally up ended"
            assert time.monotonic() < deadline, self.logs()
            time.sleep(0.1)

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        headers: dict[str, str] | None = None,
        token: str = "",
    ) -> Answer:
        """Make one request through TLS, believing the organisation's own authority alone."""
        given = {**(headers or {}), **({"authorization": f"Bearer {token}"} if token else {})}
        raw = body if isinstance(body, bytes) or body is None else msgspec.json.encode(body)
        if raw is not None:
            given.setdefault("content-type", "application/json")
        connection = HTTPConnection(f"{self.name}.localhost", timeout=30)
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        context = ssl.create_default_context(cafile=str(self.data_dir / "tls" / "authority.pem"))
        connection.sock = context.wrap_socket(plain, server_hostname=f"{self.name}.localhost")
        with closing(connection):
            connection.request(method, path, raw, given)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read())

    def token(self, *scopes: str) -> str:
        """Issue a token."""
        store = Store.open(f"sqlite:///{self.data_dir / 'tally.db'}")
        try:
            return Tokens(store).issue("tester", scopes).text.reveal()
        finally:
            store.close()

    def status(self) -> SupervisorStatus:
        """Return what `tally status` tells."""
        return status(self.data_dir)

    def child(self, process: str) -> ChildStatus:
        """Return what is known of one process."""
        return next(child for child in self.status().children if child.name == process)

    def kill(self, process: str) -> None:
        """Kill a process, as soon as there is one, in the way that nothing can prevent."""
        os.kill(eventually(lambda: self.child(process).pid, 60), signal.SIGKILL)

    def logs(self) -> str:
        """Return everything that the processes printed."""
        return "\n".join(f"{path.name}: {path.read_text()}" for path in sorted(self.data_dir.glob("logs/*")))

    def end(self) -> None:
        """Stop it if it still runs."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def _answers(self) -> bool:
        try:
            return self.ask("GET", "/health/ready").status == 200
        except (OSError, HTTPException):
            return False
