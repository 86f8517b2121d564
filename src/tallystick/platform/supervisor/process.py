"""One process of a child: started, drained, reaped with its whole group."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tallystick.platform.supervisor import lifeline

__all__ = ["Process", "describe_exit"]

CHUNK = 64 * 1024


class Process:
    """A command in a session of its own, tied to this process's life; start it on the event loop's thread."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], sink: Callable[[bytes], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._sink = sink
        self.exited: asyncio.Future[int] = self._loop.create_future()
        command = [sys.executable, "-I", "-S", str(Path(lifeline.__file__)), str(os.getpid()), *argv]
        self._popen = subprocess.Popen(  # noqa: S603 - the command is the caller's, given as a list
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(env),
            start_new_session=True,
        )
        self._output = self._popen.stdout.fileno() if self._popen.stdout else -1
        os.set_blocking(self._output, False)
        self._loop.add_reader(self._output, self._read)
        self._handle = os.pidfd_open(self._popen.pid)
        self._loop.add_reader(self._handle, self._reap)

    @property
    def pid(self) -> int:
        """The process's number, which is its group's too."""
        return self._popen.pid

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the command itself."""
        if not self.exited.done():
            signal.pidfd_send_signal(self._handle, number)

    async def stop(self, within_s: float) -> int:
        """Ask it to drain, and kill its group when it takes too long."""
        self.signal(signal.SIGTERM)
        try:
            return await asyncio.wait_for(asyncio.shield(self.exited), within_s)
        except TimeoutError:
            self.kill()
            return await self.exited

    def kill(self) -> None:
        """Kill the command and everything in its group."""
        if not self.exited.done():
            os.killpg(self.pid, signal.SIGKILL)

    def _read(self) -> None:
        with suppress(BlockingIOError):
            if output := os.read(self._output, CHUNK):
                self._sink(output)
            else:
                self._loop.remove_reader(self._output)

    def _reap(self) -> None:
        self._loop.remove_reader(self._handle)
        os.killpg(self.pid, signal.SIGKILL)  # not yet reaped, so the number is still this group's
        code = self._popen.wait()
        os.close(self._handle)
        self._loop.remove_reader(self._output)
        with suppress(BlockingIOError):
            while output := os.read(self._output, CHUNK):
                self._sink(output)
        if self._popen.stdout:
            self._popen.stdout.close()
        self.exited.set_result(code)


def describe_exit(code: int) -> str:
    """Say how a process ended: `exit 1`, `SIGKILL`."""
    if code >= 0:
        return f"exit {code}"
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"
