"""What a child prints, in files of bounded size and on the terminal if asked."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

__all__ = ["Echo", "OutputLog"]

Echo = Callable[[str, str], None]  # a child's name and one of its lines

LONGEST_LINE = 64 * 1024


class OutputLog:
    """Append bytes to a file, moving it aside when it grows beyond `limit` and keeping `keep` older ones.

    A full disk loses lines, never the supervisor.
    """

    def __init__(
        self, name: str, path: Path, *, echo: Echo | None = None, limit: int = 10 * 1024 * 1024, keep: int = 3
    ) -> None:
        self._name = name
        self._path = path
        self._echo = echo
        self._limit = limit
        self._keep = keep
        self._unfinished = b""

    def write(self, output: bytes) -> None:
        """Keep what a child printed."""
        with suppress(OSError):
            self._rotate(len(output))
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, output)
            finally:
                os.close(descriptor)
        if self._echo is not None:
            self._echo_lines(self._echo, output)

    def _rotate(self, arriving: int) -> None:
        if not self._path.exists() or self._path.stat().st_size + arriving <= self._limit:
            return
        for age in range(self._keep, 1, -1):
            with suppress(FileNotFoundError):
                self._older(age - 1).replace(self._older(age))
        self._path.replace(self._older(1))

    def _older(self, age: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{age}")

    def _echo_lines(self, echo: Echo, output: bytes) -> None:
        *lines, self._unfinished = (self._unfinished + output).split(b"\n")
        if len(self._unfinished) > LONGEST_LINE:
            lines.append(self._unfinished)
            self._unfinished = b""
        with suppress(OSError):  # a closed terminal
            for line in lines:
                echo(self._name, line.decode(errors="replace"))
