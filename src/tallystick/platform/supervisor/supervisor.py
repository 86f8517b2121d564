"""Start the children, keep them, stop them."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from tallystick.platform.supervisor.backoff import RestartPolicy
from tallystick.platform.supervisor.child import RESERVED, Child, check
from tallystick.platform.supervisor.errors import NestedTooDeepError, UnusableDirectoryError
from tallystick.platform.supervisor.keeper import Keeper
from tallystick.platform.supervisor.lock import held
from tallystick.platform.supervisor.logs import Echo, OutputLog
from tallystick.platform.supervisor.premises import Premises
from tallystick.platform.supervisor.state import SupervisorStatus, save

__all__ = ["Supervisor"]

DEPTH = "TALLY_SUPERVISOR_DEPTH"
DEEPEST = 3  # a demo, its organisations, and one to spare


class Supervisor:
    """Keep children alive on one data directory.

    `echo` is called with each line that a child prints and its name, and with the supervisor's own lines.

        Supervisor([Child("api", ["tally", "api"])], Path("north")).run()
    """

    def __init__(
        self,
        children: Sequence[Child],
        directory: Path,
        *,
        echo: Echo | None = None,
        policy: RestartPolicy | None = None,
    ) -> None:
        check(children)
        self._premises = Premises(directory)
        self._started = time.time_ns() // 1_000_000
        self._interruptions = 0
        self._stopping = asyncio.Event()
        self._own_log = OutputLog(RESERVED, self._premises.log(RESERVED), echo=echo)
        depth = int(os.environ.get(DEPTH, "0")) + 1
        if depth > DEEPEST:
            raise NestedTooDeepError(f"a supervisor {depth} levels deep: a child's command starts its own supervisor")
        self._keepers = [
            Keeper(
                child,
                self._premises,
                policy=policy or RestartPolicy(),
                env={DEPTH: str(depth)},
                output=OutputLog(child.name, self._premises.log(child.name), echo=echo),
                changed=self._changed,
            )
            for child in children
        ]

    @property
    def stopping(self) -> bool:
        """Tell whether the children are being stopped."""
        return self._stopping.is_set()

    def run(self, *, first: Callable[[], None] = lambda: None) -> None:
        """Run on the main thread until SIGTERM or SIGINT, then drain; a second signal kills.

        `first` is called when the directory is held and no child runs yet; what it raises ends the supervisor.
        Raises AlreadyRunningError or UnusableDirectoryError.
        """
        try:
            self._premises.prepare()
        except OSError as error:
            raise UnusableDirectoryError(self._premises.directory, error) from error
        with held(self._premises):
            first()
            try:
                asyncio.run(self._run())
            finally:
                self._premises.state.unlink(missing_ok=True)

    async def _run(self) -> None:
        self._listen(asyncio.get_running_loop())
        self._changed(f"supervising {len(self._keepers)} children as process {os.getpid()}")
        async with asyncio.TaskGroup() as group:
            for keeper in self._keepers:
                group.create_task(keeper.keep(self._stopping))
            group.create_task(self._stopping.wait())

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._interrupted)
        loop.add_signal_handler(signal.SIGHUP, self._reload)

    def _interrupted(self) -> None:
        self._interruptions += 1
        if self._interruptions == 1:
            self._stopping.set()
            self._changed("asked to stop: draining")
        else:
            for keeper in self._keepers:
                keeper.kill()

    def _reload(self) -> None:
        for keeper in self._keepers:
            keeper.reload()

    def _changed(self, happened: str) -> None:
        self._own_log.write(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {happened}\n".encode())
        with suppress(OSError):  # a full disk must not take the children down
            save(self._status(), self._premises.state)

    def _status(self) -> SupervisorStatus:
        return SupervisorStatus(
            pid=os.getpid(),
            started=self._started,
            stopping=self._stopping.is_set(),
            children=tuple(keeper.status for keeper in self._keepers),
        )
