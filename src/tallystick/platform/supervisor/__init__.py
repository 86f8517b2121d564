"""Keep the processes of one organisation alive, and let none outlive it.

A `Child` is a command with a name; a `Supervisor` starts each one, restarts it with back-off, and stops all on SIGTERM.
One supervisor holds a data directory at a time. Its children die with it, even when it is killed. What it knows lies
in `run/supervisor.json`, which `status` reads; `stop` asks it to drain; a child says `announce_ready` when it serves.
"""

from tallystick.platform.supervisor.backoff import RestartPolicy
from tallystick.platform.supervisor.child import Child, ReadyFile, ReadySocket
from tallystick.platform.supervisor.control import status, stop
from tallystick.platform.supervisor.errors import (
    AlreadyRunningError,
    InvalidChildrenError,
    NestedTooDeepError,
    NotRunningError,
    SupervisorError,
    UnusableDirectoryError,
    WillNotStopError,
)
from tallystick.platform.supervisor.lifeline import die_with_parent
from tallystick.platform.supervisor.probes import announce_ready
from tallystick.platform.supervisor.state import ChildState, ChildStatus, SupervisorStatus
from tallystick.platform.supervisor.supervisor import Supervisor

__all__ = [
    "AlreadyRunningError",
    "Child",
    "ChildState",
    "ChildStatus",
    "InvalidChildrenError",
    "NestedTooDeepError",
    "NotRunningError",
    "ReadyFile",
    "ReadySocket",
    "RestartPolicy",
    "Supervisor",
    "SupervisorError",
    "SupervisorStatus",
    "UnusableDirectoryError",
    "WillNotStopError",
    "announce_ready",
    "die_with_parent",
    "status",
    "stop",
]
