"""One supervisor a data directory, told by a file lock that ends with its process."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tallystick.platform.supervisor.errors import AlreadyRunningError
from tallystick.platform.supervisor.premises import Premises

__all__ = ["held", "holder"]


@contextmanager
def held(premises: Premises) -> Iterator[None]:
    """Hold the directory for the length of the block; raise AlreadyRunningError when it is taken."""
    descriptor = os.open(premises.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(premises.directory, _written_pid(descriptor)) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def holder(premises: Premises) -> int | None:
    """Return the process that holds the directory, or None.

    The question takes a shared lock for an instant, so it never makes a starting supervisor believe in a rival for
    longer than that instant.
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


def _written_pid(descriptor: int) -> int | None:
    with suppress(ValueError):
        return int(os.pread(descriptor, 32, 0))
    return None
