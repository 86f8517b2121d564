"""A supervisor over real processes."""

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.vocabulary.processes import alive, eventually
from tests.vocabulary.supervision import Supervision

from tallystick.platform.supervisor import (
    Child,
    NestedTooDeepError,
    NotRunningError,
    Supervisor,
    announce_ready,
    status,
    stop,
)

SLEEPS = {"code": "import time; time.sleep(600)"}
DIES = {"code": "raise SystemExit(3)"}
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
RELOADS = """
import signal
signal.signal(signal.SIGHUP, lambda *_: print("again", flush=True))
print("up", flush=True)
while True: signal.pause()
"""
ANNOUNCES = """
import sys, time
from tallystick.platform.supervisor import announce_ready
time.sleep(0.3); announce_ready(); time.sleep(600)
"""
SERVES = """
import os, socket, sys
path = os.environ["TALLY_READY_PATH"].replace("api.ready", "api.sock")
if os.path.exists(path): os.unlink(path)
server = socket.socket(socket.AF_UNIX); server.bind(path); server.listen()
for turn in range(10**6):
    peer, _ = server.accept(); peer.recv(4096)
    peer.sendall(b"HTTP/1.1 %d x\\r\\n\\r\\n" % (503 if turn < 3 else 200)); peer.close()
"""


@pytest.fixture
def supervision(tmp_path: Path) -> Iterator[Supervision]:
    supervision = Supervision(tmp_path / "org")
    yield supervision
    supervision.end()


OF_THE_C_LIBRARY = 1 << 31 | 1 << 32
"""Signals 32 and 33, which `posix_spawn` leaves ignored in whatever make starts; no program can set them."""


def test_a_killed_child_is_started_again(supervision: Supervision) -> None:
    supervision.start(api=SLEEPS)
    first = supervision.pid("api")
    os.kill(first, signal.SIGKILL)
    again = eventually(lambda: child if (child := supervision.child("api", "ready")) and child.pid != first else None)
    assert (again.restarts, again.last_exit) == (1, "SIGKILL")


def test_a_crash_loop_is_reported_and_leaves_others_alone(supervision: Supervision) -> None:
    supervision.start(broken=DIES, api=SLEEPS)
    healthy = supervision.pid("api")
    assert supervision.becomes("broken", "crash-looping").last_exit == "exit 3"
    assert supervision.pid("api") == healthy
    now = supervision.status()
    assert now is not None
    assert not now.ready


def test_a_missing_command_is_a_crash_loop_with_a_reason(supervision: Supervision) -> None:
    supervision.start(broken={"argv": ["/no/such/command"]})
    assert supervision.becomes("broken", "crash-looping").last_exit == "exit 127"
    assert "cannot run /no/such/command: No such file" in supervision.log("broken")


def test_stop_drains_the_children(supervision: Supervision) -> None:
    process = supervision.start(api=SLEEPS, worker=SLEEPS)
    pids = [supervision.pid("api"), supervision.pid("worker")]
    stop(supervision.directory, timeout_s=10)
    assert process.wait(5) == 0
    assert not any(map(alive, pids))
    with pytest.raises(NotRunningError):
        status(supervision.directory)


def test_a_child_that_will_not_drain_is_killed(supervision: Supervision) -> None:
    supervision.start(deaf={"code": DEAF, "stop_s": 0.3})
    pid = supervision.pid("deaf")
    eventually(lambda: "deaf" in supervision.log("deaf"))
    stop(supervision.directory, timeout_s=10)
    assert not alive(pid)


def test_children_die_with_a_killed_supervisor(supervision: Supervision) -> None:
    process = supervision.start(api=SLEEPS, deaf={"code": DEAF})
    pids = [supervision.pid("api"), supervision.pid("deaf")]
    process.kill()
    eventually(lambda: not any(map(alive, pids)))


def test_supervisors_of_supervisors_take_all_down(supervision: Supervision) -> None:
    inner = Supervision(supervision.directory / "north")
    outer = supervision.start(north={"argv": inner.command(api=SLEEPS)})
    pids = [supervision.pid("north"), inner.pid("api")]
    outer.kill()
    eventually(lambda: not any(map(alive, pids)))


def test_grandchildren_die_with_a_child(supervision: Supervision) -> None:
    supervision.start(api={"argv": ["sh", "-c", "sleep 600 & echo $!; wait"]})
    child = supervision.pid("api")
    grandchild = int(eventually(lambda: supervision.log("api")).split()[0])
    os.kill(child, signal.SIGKILL)
    eventually(lambda: not alive(grandchild))


def test_a_second_supervisor_refuses(supervision: Supervision) -> None:
    first = supervision.start(api=SLEEPS)
    supervision.pid("api")
    output, _ = supervision.start(api=SLEEPS).communicate(timeout=10)
    assert f"is already supervised by process {first.pid}" in output


def test_a_killed_supervisor_frees_its_directory(supervision: Supervision) -> None:
    first = supervision.start(api=SLEEPS)
    supervision.pid("api")
    first.kill()
    first.wait()
    second = supervision.start(api=SLEEPS)
    eventually(lambda: (now := supervision.status()) and now.pid == second.pid)


def test_a_child_is_ready_when_it_says_so(supervision: Supervision) -> None:
    supervision.start(worker={"code": ANNOUNCES, "ready": "file"})
    supervision.becomes("worker", "starting")
    supervision.becomes("worker", "ready")


def test_a_child_is_ready_when_its_socket_says_so(supervision: Supervision) -> None:
    supervision.start(api={"code": SERVES, "ready": "socket"})
    supervision.becomes("api", "starting")
    supervision.becomes("api", "ready")


def test_only_children_that_reload_get_sighup(supervision: Supervision) -> None:
    takes = (
        "import signal; signal.signal(signal.SIGHUP, lambda *_: print('again', flush=True)); print('up', flush=True)\n"
    )
    process = supervision.start(edge={"code": takes + "while True: signal.pause()", "reloads": True}, api=SLEEPS)
    api = supervision.pid("api")
    eventually(lambda: "up" in supervision.log("edge"))
    process.send_signal(signal.SIGHUP)
    eventually(lambda: "again" in supervision.log("edge"))
    assert supervision.pid("api") == api


def test_a_child_that_starts_gets_sighup_when_it_serves(supervision: Supervision) -> None:
    code = (
        "import signal, time; from tallystick.platform.supervisor import announce_ready; print('up', flush=True)\n"
        "time.sleep(1); signal.signal(signal.SIGHUP, lambda *_: print('again', flush=True)); announce_ready()\n"
        "while True: signal.pause()"
    )
    process = supervision.start(edge={"code": code, "reloads": True, "ready": "file"})
    eventually(lambda: "up" in supervision.log("edge"))
    process.send_signal(signal.SIGHUP)
    eventually(lambda: "again" in supervision.log("edge"))
    assert supervision.becomes("edge", "ready").restarts == 0


def test_output_reaches_the_log_and_the_terminal(supervision: Supervision) -> None:
    process = supervision.start(api={"code": "print('hello', flush=True); import time; time.sleep(600)"})
    eventually(lambda: "hello" in supervision.log("api"))
    stop(supervision.directory, timeout_s=10)
    assert "api | hello" in process.communicate()[0]


def test_a_command_starts_with_no_signal_ignored(supervision: Supervision) -> None:
    supervision.start(api={"argv": ["sh", "-c", "grep SigIgn /proc/self/status; sleep 600"]})
    ignored = int(eventually(lambda: supervision.log("api")).split()[1], 16)
    assert ignored & ~OF_THE_C_LIBRARY == 0


def test_asking_for_the_status_does_not_keep_a_supervisor_out(supervision: Supervision) -> None:
    process = supervision.start(api=SLEEPS)
    while supervision.child("api", "ready") is None:  # asks all the time, also while the lock is being taken
        assert process.poll() is None


def test_what_it_keeps_is_private(supervision: Supervision) -> None:
    supervision.start(api=SLEEPS)
    supervision.pid("api")
    paths = [supervision.directory, *supervision.directory.rglob("*")]
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in paths)


def test_supervisors_do_not_nest_without_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TALLY_SUPERVISOR_DEPTH", "3")
    with pytest.raises(NestedTooDeepError):
        Supervisor([Child("api", ["true"])], tmp_path)


def test_nothing_runs_on_a_new_directory(tmp_path: Path) -> None:
    with pytest.raises(NotRunningError, match="nothing is running"):
        status(tmp_path)
    with pytest.raises(NotRunningError):
        stop(tmp_path)


def test_announcing_without_a_supervisor_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TALLY_READY_PATH", raising=False)
    announce_ready()
