"""Debian's PostgreSQL 15 on a loopback port, with TLS and whatever authentication a test asks for."""

import os
import pwd
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg

from tallystick.edge.authority import ensure_authority

__all__ = ["DebianPostgres", "debian_postgres"]

BINARIES: Final = Path("/usr/lib/postgresql/15/bin")
PASSWORD: Final = "correct horse"


class DebianPostgres:
    """A running server; the role `postgres` has the password `PASSWORD`."""

    def __init__(self, directory: Path, port: int) -> None:
        self.directory = directory
        self.port = port
        self.url = f"postgresql://postgres:{PASSWORD.replace(' ', '%20')}@localhost:{port}/postgres"

    @property
    def address(self) -> dict[str, str]:
        """Say where it is, in a connector's keys."""
        return {
            "database__hostname": "localhost",
            "database__port": str(self.port),
            "database__user": "postgres",
            "database__password": PASSWORD,
            "database__dbname": "postgres",
        }

    def authenticate(self, method: str, kind: str = "host") -> None:
        """Ask for passwords by `method` on connections of a `kind` (host, hostssl)."""
        rules = self.directory / "data" / "pg_hba.conf"
        rules.write_text(f"{kind} all all samehost {method}\n{kind} replication all samehost {method}\n")
        if method == "md5":
            self.execute("SET password_encryption = 'md5'", f"ALTER ROLE postgres PASSWORD '{PASSWORD}'")
        os.kill(int((self.directory / "data" / "postmaster.pid").read_text().split()[0]), 1)
        time.sleep(0.3)

    def execute(self, *statements: str) -> None:
        """Run statements as the superuser."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def debian_postgres(directory: Path, wal_level: str = "logical") -> Iterator[DebianPostgres]:
    """Run a server whose certificate the authority in `directory/authority` has issued to `localhost`."""
    issued = ensure_authority(directory / "authority", "Registry").issue(["localhost"])
    port = _free_port()
    account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    data = directory / "data"
    data.mkdir()
    secret = directory / "password"
    secret.write_text(PASSWORD)
    for name, source in (("server.crt", issued.certificate), ("server.key", issued.key)):
        (data.parent / name).write_bytes(source.read_bytes())
        (data.parent / name).chmod(0o600)
    if account:
        for parent in directory.parents:
            parent.chmod(parent.stat().st_mode | 0o001)
        for path in (directory, data, secret, directory / "server.crt", directory / "server.key"):
            os.chown(path, account.pw_uid, account.pw_gid)

    def run(*command: str) -> list[str]:
        return ["runuser", "-u", "postgres", "--", *command] if account else list(command)

    initdb = [str(BINARIES / "initdb"), "-D", str(data), "-U", "postgres", "--pwfile", str(secret)]
    subprocess.run(run(*initdb, "--auth=scram-sha-256", "--no-sync"), check=True, capture_output=True, cwd="/")
    settings = {
        "port": str(port),
        "listen_addresses": "localhost",
        "unix_socket_directories": "",
        "wal_level": wal_level,
        "fsync": "off",
        "ssl": "on",
        "ssl_cert_file": str(directory / "server.crt"),
        "ssl_key_file": str(directory / "server.key"),
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    server = subprocess.Popen(
        run(str(BINARIES / "postgres"), "-D", str(data), *options), cwd="/", stderr=subprocess.DEVNULL
    )
    try:
        made = DebianPostgres(directory, port)
        _wait_for(made)
        yield made
    finally:
        os.kill(int((data / "postmaster.pid").read_text().split()[0]), 2)
        server.wait(20)


def _wait_for(server: DebianPostgres) -> None:
    for _ in range(200):
        try:
            server.execute("SELECT 1")
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("PostgreSQL 15 did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
