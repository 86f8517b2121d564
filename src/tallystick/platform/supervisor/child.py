"""What a supervisor is told about each child."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tallystick.platform.supervisor.errors import InvalidChildrenError

__all__ = ["Child", "Probe", "ReadyFile", "ReadySocket", "check"]

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
RESERVED = "supervisor"


@dataclass(frozen=True)
class ReadyFile:
    """Ready once the child has called `announce_ready`."""


@dataclass(frozen=True)
class ReadySocket:
    """Ready while `GET path` on the unix socket answers 200."""

    socket: Path
    path: str = "/health/ready"


Probe = ReadyFile | ReadySocket


@dataclass(frozen=True)
class Child:
    """A command to keep alive.

    `stop_s` is how long it may drain after SIGTERM before its process group is killed; `ready` is how to learn that it
    serves (without it, a running child counts as ready); `reloads` says that it takes SIGHUP as "read your settings
    again" - the signal ends a process that does not expect it.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    stop_s: float = 10.0
    ready: Probe | None = None
    reloads: bool = False


def check(children: Sequence[Child]) -> None:
    """Raise InvalidChildrenError unless every name is unique and can name a file."""
    seen: set[str] = set()
    for child in children:
        if not NAME.fullmatch(child.name) or child.name == RESERVED:
            raise InvalidChildrenError(f"a child cannot be named {child.name!r}")
        if child.name in seen:
            raise InvalidChildrenError(f"two children are named {child.name!r}")
        if not child.argv:
            raise InvalidChildrenError(f"child {child.name!r} has no command")
        seen.add(child.name)
