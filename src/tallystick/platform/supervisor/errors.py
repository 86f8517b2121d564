"""What can go wrong around a supervisor.

SupervisorError                 base of all
├── InvalidChildrenError        the caller's fault: two children share a name, or a name is no file name
├── AlreadyRunningError         another supervisor holds the data directory: stop it, or choose another directory
├── NotRunningError             nothing holds the data directory: start it first
├── UnusableDirectoryError      the data directory cannot be made or written: choose another, or mend its rights
├── NestedTooDeepError          a supervisor inside a supervisor inside ...: a child's command is wrong
└── WillNotStopError            it was asked to drain and is still there: wait longer, or kill it
"""

from pathlib import Path

__all__ = [
    "AlreadyRunningError",
    "InvalidChildrenError",
    "NestedTooDeepError",
    "NotRunningError",
    "SupervisorError",
    "UnusableDirectoryError",
    "WillNotStopError",
]


class SupervisorError(Exception):
    """Base of the supervisor's errors."""


class InvalidChildrenError(SupervisorError, ValueError):
    """The children cannot be told apart, or a name cannot name a file."""


class AlreadyRunningError(SupervisorError, RuntimeError):
    """Another supervisor holds the data directory."""

    def __init__(self, directory: Path, pid: int | None) -> None:
        holder = f"process {pid}" if pid else "another process"
        super().__init__(f"{directory} is already supervised by {holder}; stop it first (`tally down`)")
        self.directory = directory
        self.pid = pid


class NotRunningError(SupervisorError, RuntimeError):
    """Nothing supervises the data directory."""

    def __init__(self, directory: Path) -> None:
        super().__init__(f"nothing is running on {directory}")
        self.directory = directory


class UnusableDirectoryError(SupervisorError, OSError):
    """The data directory cannot be made or written."""

    def __init__(self, directory: Path, reason: OSError) -> None:
        super().__init__(f"data_dir: {directory} cannot be used: {reason.strerror}")
        self.directory = directory


class NestedTooDeepError(SupervisorError, RuntimeError):
    """Supervisors start supervisors more often than any layout needs."""


class WillNotStopError(SupervisorError, TimeoutError):
    """The supervisor did not end in the time allowed."""

    def __init__(self, pid: int, waited_s: float) -> None:
        super().__init__(f"supervisor process {pid} is still running after {waited_s:g} s")
        self.pid = pid
