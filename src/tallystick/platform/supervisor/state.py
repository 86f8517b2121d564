"""What a supervisor knows about its children, and the file that says it to others."""

import os
from enum import StrEnum
from pathlib import Path

import msgspec

__all__ = ["ChildState", "ChildStatus", "SupervisorStatus", "load", "save"]


class ChildState(StrEnum):
    """Where a child is in its life."""

    STARTING = "starting"
    READY = "ready"
    UNREADY = "unready"  # it was ready, and its probe fails now
    WAITING = "waiting"  # it ended, and its restart is due soon
    CRASH_LOOPING = "crash-looping"  # it keeps ending young, and is retried slowly
    STOPPING = "stopping"
    STOPPED = "stopped"


class ChildStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One child: `since` is when its state began, `last_exit` how its last process ended."""

    name: str
    state: ChildState
    since: int
    pid: int | None = None
    restarts: int = 0
    last_exit: str | None = None


class SupervisorStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The supervisor and its children; `started` in milliseconds UTC."""

    pid: int
    started: int
    stopping: bool
    children: tuple[ChildStatus, ...]

    @property
    def ready(self) -> bool:
        """Tell whether every child serves."""
        return not self.stopping and all(child.state is ChildState.READY for child in self.children)


def save(status: SupervisorStatus, path: Path) -> None:
    """Replace the file in one step, so that a reader sees the old state or the new one."""
    draft = path.with_suffix(".draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(status))
    draft.replace(path)


def load(path: Path) -> SupervisorStatus:
    """Read the file back; raises FileNotFoundError, or msgspec.ValidationError for a foreign one."""
    return msgspec.json.decode(path.read_bytes(), type=SupervisorStatus)
