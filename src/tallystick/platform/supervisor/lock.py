"""One supervisor a data directory, told by a file lock that ends with its process."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tallystick.platform.supervisor.errors import AlreadyRunningError
from tallystick.platform.supervisor.premises import Premises

__all__ = ["held", "holder"]

ATTEMPTS = 10
PAUSE_S = 0.02


@contextmanager
def held(premises: Premises) -> Iterator[None]:
    """Hold the directory for the length of the block; raise AlreadyRunningError when it is taken."""
    descriptor = os.open(premises.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _taken(descriptor):
            raise AlreadyRunningError(premises.directory, _written_pid(descriptor))
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def holder(premises: Premises) -> int | None:
    """Return the process that holds the directory, or None.

    Asking takes a shared lock for an instant; `held` is patient for longer than that.
    """
    try:
        descriptor = os.open(premises.lock, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _written_pid(descriptor)
    finally:
        os.close(descriptor)
    return None


def _taken(descriptor: int) -> bool:
    for _ in range(ATTEMPTS):
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(PAUSE_S)
    return False


def _written_pid(descriptor: int) -> int | None:
    with suppress(ValueError):
        return int(os.pread(descriptor, 32, 0))
    return None
