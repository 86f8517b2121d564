"""A connector as the control plane sees it: what it is to do, and what its task does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Connector", "Snapshot", "TargetState", "Task", "TaskState"]

TargetState = Literal["RUNNING", "PAUSED", "STOPPED"]
TaskState = Literal["RUNNING", "FAILED", "UNASSIGNED"]


@dataclass(frozen=True)
class Connector:
    """A desired state; `restarts` counts how often it was asked to begin anew."""

    name: str
    texts: Mapping[str, str] = field(repr=False)
    target: TargetState
    restarts: int


@dataclass(frozen=True)
class Task:
    """The one task of a connector: who runs it, since which restart, under which fencing epoch."""

    connector: str
    worker: str
    epoch: int
    restarts: int
    lease_until_ms: int
    state: TaskState
    trace: str = ""


@dataclass(frozen=True)
class Snapshot:
    """A topic's newest snapshot: its records lie from `first_offset` on, and are whole once `end_offset` is known.

    A consumer that has read up to `end_offset` holds every key of this generation; keys it holds that only an older
    generation had are gone.
    """

    topic: str
    generation: int
    first_offset: int
    end_offset: int | None

    @property
    def complete(self) -> bool:
        """Whether every row has been recorded."""
        return self.end_offset is not None
