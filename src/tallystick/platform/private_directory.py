"""The data directory, closed to everybody but its owner."""

import errno
import logging
import stat
from pathlib import Path

__all__ = ["ensure_private"]

OTHERS = stat.S_IRWXG | stat.S_IRWXO
OURS = ("tally.toml", "tally.db", "run/supervisor.lock", "tls/authority.pem")
"""What lies in a data directory, or beside it where both are one; a directory without is somebody else's."""


def ensure_private(directory: Path) -> None:
    """Make a directory with mode 0700, or close one that is open to others, and say so in the log.

    Raises `OSError` where it cannot, and for a directory that is open to others and holds what is not ours: closing it
    might keep others from what is theirs.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = stat.S_IMODE(directory.stat().st_mode)
    if not mode & OTHERS:
        return
    if any(directory.iterdir()) and not any((directory / name).exists() for name in OURS):
        raise PermissionError(errno.EPERM, f"others can enter it (mode {mode:04o}); close it: chmod 700 {directory}")
    directory.chmod(0o700)
    logging.getLogger("tallystick.platform").warning("closed %s, which had mode %04o, to others", directory, mode)
