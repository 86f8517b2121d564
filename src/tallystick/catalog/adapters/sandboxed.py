"""Archives read in a process of their own, which can do nothing else."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final

import msgspec

from tallystick.catalog.domain.found import Frame
from tallystick.catalog.errors import ReaderFailed
from tallystick.catalog.settings import CatalogSettings

__all__ = ["SandboxedReader"]

LENGTH: Final = 4
LARGEST_FRAME: Final = 256 << 20
MEGABYTE: Final = 1 << 20
_frames = msgspec.msgpack.Decoder(Frame)


class SandboxedReader:
    """Starts a reader for each archive, and ends it: when it is done, at its deadline, or when nobody listens."""

    def __init__(self, settings: CatalogSettings) -> None:
        self._deadline_s = settings.deadline_s
        self._command = [sys.executable, "-I", "-m", "tallystick.catalog.adapters.reader", _arguments(settings)]

    @contextmanager
    def read(self, archive: IO[bytes]) -> Iterator[Iterator[Frame]]:
        """Give the frames about an open file; raises ReaderFailed while they are taken."""
        with subprocess.Popen(  # noqa: S603 -- our own interpreter and module
            self._command, stdin=archive, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={}
        ) as process:
            deadline = threading.Timer(self._deadline_s, process.kill)
            deadline.start()
            try:
                yield self._frames(process, deadline)
            finally:
                deadline.cancel()
                process.kill()

    def _frames(self, process: subprocess.Popen[bytes], deadline: threading.Timer) -> Iterator[Frame]:
        assert process.stdout is not None  # noqa: S101 -- asked for as a pipe
        while (frame := _next(process.stdout)) is not None:
            yield frame
            if frame.done:
                return
        raise ReaderFailed(self._reason(process, late=not deadline.is_alive()))

    def _reason(self, process: subprocess.Popen[bytes], *, late: bool) -> str:
        if late:
            return f"reading took longer than {self._deadline_s} seconds"
        assert process.stderr is not None  # noqa: S101 -- asked for as a pipe
        said = _last_words(process.stderr.read(4096).decode(errors="replace"))
        code = process.wait()
        return f"the reader ended with {f'signal {-code}' if code < 0 else f'code {code}'}" + (said and f": {said}")


def _last_words(said: str) -> str:
    """Return the line that tells why; a note on how to have a backtrace may follow it."""
    lines = [line for line in said.splitlines() if line.strip() and not line.startswith("note: ")]
    return lines[-1].strip() if lines else ""


def _arguments(settings: CatalogSettings) -> str:
    allowance = {"memory": settings.memory_mb * MEGABYTE, "cpu_s": settings.deadline_s}
    limits = {
        "depth": settings.depth,
        "largest_entry": settings.largest_entry,
        "largest_total": settings.largest_total,
        "largest_ratio": settings.largest_ratio,
        "most_entries": settings.most_entries,
        "spool": settings.spool_mb * MEGABYTE,
    }
    return json.dumps([allowance, limits])


def _next(answer: IO[bytes]) -> Frame | None:
    """Read one frame; None at the end. The process is not trusted more than the archive it reads."""
    length = int.from_bytes(answer.read(LENGTH), "little")
    if length > LARGEST_FRAME:
        raise ReaderFailed("the reader answers in frames that are too large")
    body = answer.read(length)
    if not body or len(body) < length:
        return None
    try:
        return _frames.decode(body)
    except msgspec.MsgspecError as error:
        raise ReaderFailed(f"the reader's answer is malformed: {error}") from error
