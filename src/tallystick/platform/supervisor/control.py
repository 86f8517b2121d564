"""Look at a running supervisor, and stop it, from another process."""

import os
import select
import signal
import time
from contextlib import suppress
from pathlib import Path

from tallystick.platform.supervisor.errors import NotRunningError, SupervisorError, WillNotStopError
from tallystick.platform.supervisor.lock import holder
from tallystick.platform.supervisor.premises import Premises
from tallystick.platform.supervisor.state import SupervisorStatus, load

__all__ = ["status", "stop"]

FIRST_STATE_WITHIN_S = 5.0


def status(directory: Path) -> SupervisorStatus:
    """Return what the supervisor of the directory knows; raise NotRunningError when there is none."""
    premises = Premises(directory)
    deadline = time.monotonic() + FIRST_STATE_WITHIN_S
    while pid := holder(premises):
        with suppress(FileNotFoundError):
            found = load(premises.state)
            if found.pid == pid:
                return found
        if time.monotonic() >= deadline:
            raise SupervisorError(f"process {pid} holds {directory} but has not written {premises.state}")
        time.sleep(0.02)
    raise NotRunningError(directory)


def stop(directory: Path, *, timeout_s: float = 60.0) -> None:
    """Ask the supervisor to drain and wait until it has ended; raise NotRunningError or WillNotStopError."""
    premises = Premises(directory)
    pid = holder(premises)
    if pid is None:
        raise NotRunningError(directory)
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if holder(premises) != pid:  # it ended before its process could be opened: the number may be another's
            return
        signal.pidfd_send_signal(process, signal.SIGTERM)
        ended, _, _ = select.select([process], [], [], timeout_s)
    finally:
        os.close(process)
    if not ended:
        raise WillNotStopError(pid, timeout_s)
