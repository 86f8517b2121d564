"""The life of one child: start, probe, restart, stop."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import msgspec

from tallystick.platform.supervisor.backoff import Backoff, RestartPolicy
from tallystick.platform.supervisor.child import Child
from tallystick.platform.supervisor.logs import OutputLog
from tallystick.platform.supervisor.premises import Premises
from tallystick.platform.supervisor.probes import READY_PATH, passes
from tallystick.platform.supervisor.process import Process, describe_exit
from tallystick.platform.supervisor.state import ChildState, ChildStatus

__all__ = ["Keeper"]

PROBE_STARTING_S = 0.1
PROBE_READY_S = 2.0


class Keeper:
    """Keep one child alive until told to stop, and know its state."""

    def __init__(
        self,
        child: Child,
        premises: Premises,
        *,
        policy: RestartPolicy,
        env: Mapping[str, str],
        output: OutputLog,
        changed: Callable[[str], None],
    ) -> None:
        self.child = child
        self.status = ChildStatus(name=child.name, state=ChildState.STARTING, since=_now())
        self._policy = policy
        self._backoff = Backoff(policy)
        self._ready_file = premises.ready(child.name)
        self._env = {**env, **child.env, READY_PATH: str(self._ready_file)}
        self._output = output
        self._changed = changed
        self._process: Process | None = None
        self._served = False
        self._reload_due = False

    async def keep(self, stopping: asyncio.Event) -> None:
        """Run the child again and again until `stopping` is set and its last process has ended."""
        while not stopping.is_set():
            began = time.monotonic()
            ending = await self._live(stopping)
            if stopping.is_set():
                break
            wait_s = self._backoff.wait_after(time.monotonic() - began)
            state = ChildState.CRASH_LOOPING if self._backoff.crash_looping else ChildState.WAITING
            restarts = self.status.restarts + 1
            self._become(
                state, f"{ending}; restart {restarts} in {wait_s:.2f} s", pid=None, last_exit=ending, restarts=restarts
            )
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), wait_s)
        self._become(ChildState.STOPPED, "stopped", pid=None)

    def reload(self) -> None:
        """Pass SIGHUP on to a child that knows it, as soon as it has served: before that the signal would end it."""
        self._reload_due = self.child.reloads
        self._pass_on()

    def kill(self) -> None:
        """End the draining of a child at once."""
        if self._process is not None:
            self._process.kill()

    def _pass_on(self) -> None:
        if self._reload_due and self._served and self._process is not None:
            self._reload_due = False
            self._process.signal(signal.SIGHUP)

    async def _live(self, stopping: asyncio.Event) -> str:
        self._ready_file.unlink(missing_ok=True)
        self._served = self._reload_due = False  # a new process reads what there is
        try:
            self._process = process = Process(self.child.argv, {**os.environ, **self._env}, self._output.write)
        except OSError as error:
            return f"not started: {error.strerror}"
        self._become(ChildState.STARTING, f"started as process {process.pid}", pid=process.pid)
        probing = asyncio.create_task(self._probe())
        stop_asked = asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait((process.exited, stop_asked), return_when=asyncio.FIRST_COMPLETED)
            probing.cancel()
            if not process.exited.done():
                self._become(ChildState.STOPPING, "draining")
                await process.stop(self.child.stop_s)
            return describe_exit(process.exited.result())
        finally:
            stop_asked.cancel()
            process.kill()
            self._process = None
            self._ready_file.unlink(missing_ok=True)

    async def _probe(self) -> None:
        began = time.monotonic()
        while True:
            ready = self.child.ready is None or await passes(self.child.ready, self._ready_file)
            healthy = ready and time.monotonic() - began >= self._policy.healthy_s
            if healthy:
                self._backoff.recovered()
            self._observe(ready=ready)
            await asyncio.sleep(PROBE_READY_S if ready else PROBE_STARTING_S)

    def _observe(self, *, ready: bool) -> None:
        state = self.status.state
        self._served = self._served or ready
        self._pass_on()
        if ready and self._backoff.crash_looping and self.child.ready is None:
            self._become(ChildState.CRASH_LOOPING)  # only time can tell whether it stays up
        elif ready:
            self._become(ChildState.READY, "ready")
        elif state is ChildState.READY:
            self._become(ChildState.UNREADY, "no longer ready")

    def _become(self, state: ChildState, happened: str = "", **known: object) -> None:
        before = self.status
        since = before.since if state is before.state else _now()
        self.status = msgspec.structs.replace(before, state=state, since=since, **known)
        if self.status != before:
            self._changed(f"{self.child.name}: {happened or state}")


def _now() -> int:
    return time.time_ns() // 1_000_000
