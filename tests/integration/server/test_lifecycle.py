"""`tally up` from its start to its end: drains, kills, restarts, crash loops, a second one, `tally down`."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest
from tests.integration.server.conftest import Found
from tests.vocabulary.organisations import TALLY, Upped
from tests.vocabulary.processes import alive, eventually

from tallystick.platform.supervisor import ChildState


def children(organisation: Upped) -> list[int]:
    """Return the numbers of its processes."""
    return [child.pid for child in organisation.status().children if child.pid]


def catches(pid: int, number: signal.Signals) -> bool:
    """Tell whether a process has a handler for a signal."""
    caught = Path(f"/proc/{pid}/status").read_text().partition("SigCgt:")[2].split()[0]
    return bool(int(caught, 16) >> (number - 1) & 1)


def ended(organisation: Upped) -> int:
    """Wait for its end and return the exit code."""
    assert organisation.process is not None
    return organisation.process.wait(30)


def test_down_ends_every_process(found: Found) -> None:
    organisation = found().up()
    pids = children(organisation)
    assert len(pids) == 3
    figures = organisation.data_dir / "run" / "metrics"
    (figures / "worker.4194305.prom").touch()  # as a killed process leaves it
    assert organisation.tally("down").returncode == 0
    assert ended(organisation) == 0
    assert not any(map(alive, pids))
    assert not list(figures.iterdir())
    told = organisation.tally("status")
    assert (told.returncode, "nothing is running" in told.stderr) == (1, True)
    assert organisation.tally("down").returncode == 1


def test_sighup_does_not_end_what_starts(found: Found) -> None:
    organisation = found()
    organisation.process = process = subprocess.Popen(
        [*TALLY, "up", "--config", str(organisation.config), "--no-echo"],
        env={**os.environ, "TALLY_SUPERVISOR_DEPTH": "0"},
    )
    eventually(lambda: catches(process.pid, signal.SIGHUP))
    assert not organisation.data_dir.exists()
    while not organisation.data_dir.joinpath("run", "supervisor.json").exists():
        process.send_signal(signal.SIGHUP)
        assert process.poll() is None
        time.sleep(0.01)
    organisation.until_ready()
    process.send_signal(signal.SIGHUP)
    assert organisation.child("edge").restarts == 0


def test_a_second_one_says_who_holds_the_directory_and_disturbs_nothing(found: Found) -> None:
    organisation = found().up()
    assert organisation.process is not None
    second = organisation.tally("up")
    assert second.returncode == 1
    assert f"is already supervised by process {organisation.process.pid}; stop it first (`tally down`)" in second.stderr
    assert organisation.ask("GET", "/health/ready").status == 200


def test_a_request_under_way_is_answered_when_it_stops(found: Found) -> None:
    organisation = found("[linkage]\n").up()
    assert organisation.process is not None
    body = b'{"schema": {}, "result_type": "groups"}'
    with half_asked(organisation, "POST", "/api/v1/projects", body) as door:
        organisation.process.terminate()
        eventually(lambda: organisation.status().stopping)
        door.sendall(body[10:])
        assert door.recv(4096).startswith(b"HTTP/1.1 201")
    assert ended(organisation) == 0


def half_asked(organisation: Upped, method: str, path: str, body: bytes) -> ssl.SSLSocket:
    """Begin a request through the door, and hold back all but ten bytes of its body."""
    name = f"{organisation.name}.localhost"
    context = ssl.create_default_context(cafile=str(organisation.data_dir / "tls" / "authority.pem"))
    plain = socket.create_connection(("127.0.0.1", organisation.port), timeout=20)
    door = context.wrap_socket(plain, server_hostname=name)
    head = f"{method} {path} HTTP/1.1\r\nHost: {name}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    door.sendall(head.encode() + b"\r\n\r\n" + body[:10])
    return door


def test_children_die_with_a_killed_one_and_the_next_starts_at_once(found: Found) -> None:
    organisation = found().up()
    assert organisation.process is not None
    pids = children(organisation)
    organisation.process.kill()
    assert ended(organisation) == -signal.SIGKILL
    eventually(lambda: not any(map(alive, pids)))
    organisation.up()


def test_a_killed_process_comes_back(found: Found) -> None:
    organisation = found().up()
    organisation.kill("api")
    eventually(lambda: organisation.child("api").restarts == 1)
    organisation.until_ready()


@pytest.mark.slow
def test_a_crash_loop_is_told_and_leaves_the_door_open(found: Found) -> None:
    """Takes about ten seconds: five short lives, with growing pauses between them."""
    organisation = found().up()
    good = organisation.folder / "good.toml"
    shutil.copy(organisation.config, good)
    organisation.config.write_text("name = 'unit'\nnonsense = 1\n")
    organisation.kill("worker")
    eventually(lambda: organisation.child("worker").state is ChildState.CRASH_LOOPING, 120)
    told = organisation.tally("status", "--config", str(good))
    assert told.returncode == 2
    assert "crash-looping" in told.stdout
    assert "exit 1" in told.stdout
    assert f"worker keeps ending; the reason is in {organisation.data_dir / 'logs' / 'worker.log'}" in told.stderr
    assert "nonsense: no such setting" in (organisation.data_dir / "logs" / "worker.log").read_text()
    assert organisation.ask("GET", "/health/ready").status == 200
