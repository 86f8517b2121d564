"""How many files this process may open, and so how many connections it may hold."""

import resource

__all__ = ["affordable_connections", "raise_limit"]

# For connections of clients, and as much again for those to backends; the rest is for listeners, files and logs.
SHARE = 0.45


def raise_limit() -> None:
    """Raise the soft limit of open files to the hard one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def affordable_connections() -> int:
    """Return how many connections of clients, and how many to backends, the limit of open files allows."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(int(min(soft, 1 << 20) * SHARE), 16)
