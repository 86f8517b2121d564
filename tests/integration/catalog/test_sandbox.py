"""A reading process can read and answer, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from tests.vocabulary.archives import ARCHIVES

from tallystick.catalog.adapters.sandboxed import SandboxedReader
from tallystick.catalog.errors import ReaderFailed
from tallystick.catalog.settings import CatalogSettings

CONFINED = """
import json, os, resource, signal, socket, sys
from tallystick.native.catalog import catalog_enter_sandbox
pair, unconnected = socket.socketpair(), socket.socket()
catalog_enter_sandbox(memory=64 << 20, cpu_s=10)
attempts = {
    "read": lambda: open("/etc/passwd"),
    "write": lambda: open("/tmp/written", "w"),
    "list": lambda: os.listdir("/"),
    "connect": lambda: unconnected.connect(("127.0.0.1", 1)),
    "socket": lambda: socket.socket(),
    "fork": os.fork,
    "execute": lambda: os.execv("/bin/true", ["true"]),
    "kill": lambda: os.kill(os.getppid(), 0),
    "delete": lambda: os.unlink("/tmp/written"),
    "memory": lambda: bytes(256 << 20),
    "limits": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1)),
    "send": lambda: pair[0].send(b"x"),
}
told = {}
for name, attempt in attempts.items():
    try:
        attempt()
        told[name] = "allowed"
    except (OSError, MemoryError, ValueError) as error:
        told[name] = "refused"
os.write(1, json.dumps(told).encode())
os._exit(0)
"""


def test_a_confined_process_is_refused_everything_else() -> None:
    told = subprocess.run([sys.executable, "-c", CONFINED], capture_output=True, check=True, timeout=60)
    assert set(json.loads(told.stdout).values()) == {"refused"}


def test_an_archive_is_read_from_inside(tmp_path: Path) -> None:
    path = tmp_path / "archive"
    path.write_bytes(ARCHIVES["deb"])
    with path.open("rb") as archive, SandboxedReader(CatalogSettings()).read(archive) as frames:
        assert [frame.done for frame in frames][-1]


def test_a_reader_without_memory_fails_clearly(tmp_path: Path) -> None:
    path = tmp_path / "archive"
    path.write_bytes(ARCHIVES["tar.bz2"])
    reader = SandboxedReader(CatalogSettings())
    reader._command[-1] = reader._command[-1].replace(str(512 << 20), "1")
    with path.open("rb") as archive, reader.read(archive) as frames, pytest.raises(ReaderFailed, match="ended with"):
        list(frames)


@pytest.mark.parametrize(
    "said",
    [
        "\nthread '<unnamed>' panicked at src/scan.rs:1:1:\nthe reason\nnote: run with `RUST_BACKTRACE=1` for more\n",
        'Traceback (most recent call last):\n  File "x.py", line 1\nthe reason\n',
        "the reason",
    ],
)
def test_a_reader_that_dies_says_why(tmp_path: Path, said: str) -> None:
    (tmp_path / "archive").write_bytes(b"")
    reader = SandboxedReader(CatalogSettings())
    reader._command = [sys.executable, "-c", f"import os; os.write(2, {said.encode()!r}); os._exit(1)"]
    with (tmp_path / "archive").open("rb") as archive, reader.read(archive) as frames:  # noqa: SIM117
        with pytest.raises(ReaderFailed, match=r"code 1: the reason$"):
            list(frames)


def test_a_reader_that_hangs_is_ended_at_its_deadline(tmp_path: Path) -> None:
    (tmp_path / "archive").write_bytes(b"")
    reader = SandboxedReader(CatalogSettings(deadline_s=1))
    reader._command = ["sleep", "60"]
    with (tmp_path / "archive").open("rb") as archive, reader.read(archive) as frames:  # noqa: SIM117
        with pytest.raises(ReaderFailed, match="longer than 1 seconds"):
            list(frames)


def test_a_reader_that_tells_of_no_place_in_a_file_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "archive").write_bytes(b"")
    container = [0, None, b"", "file", 0, "partial", "odd", 2**64 - 1, None]
    frame = msgspec.msgpack.encode([None, [], [container], True])
    answer = len(frame).to_bytes(4, "little") + frame
    reader = SandboxedReader(CatalogSettings())
    reader._command = [sys.executable, "-c", f"import os; os.write(1, {answer!r})"]
    with (tmp_path / "archive").open("rb") as archive, reader.read(archive) as frames:  # noqa: SIM117
        with pytest.raises(ReaderFailed, match="malformed"):
            list(frames)


@pytest.mark.parametrize("answer", ["oops", "\\xff\\xff\\xff\\xff", "\\x01\\0\\0\\0\\xc1"])
def test_a_reader_that_babbles_is_not_believed(tmp_path: Path, answer: str) -> None:
    (tmp_path / "archive").write_bytes(b"")
    reader = SandboxedReader(CatalogSettings())
    reader._command = [sys.executable, "-c", f"import os; os.write(1, b'{answer}')"]
    with (tmp_path / "archive").open("rb") as archive, reader.read(archive) as frames, pytest.raises(ReaderFailed):
        list(frames)
