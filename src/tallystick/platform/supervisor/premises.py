"""Where a supervisor keeps its files inside the data directory."""

from dataclasses import dataclass
from pathlib import Path

from tallystick.platform.private_directory import ensure_private

__all__ = ["Premises"]


@dataclass(frozen=True)
class Premises:
    """The paths below one data directory."""

    directory: Path

    @property
    def lock(self) -> Path:
        """The file whose lock is held by the one supervisor."""
        return self.directory / "run" / "supervisor.lock"

    @property
    def state(self) -> Path:
        """What the supervisor knows, as JSON."""
        return self.directory / "run" / "supervisor.json"

    def log(self, name: str) -> Path:
        """Where the output of a child goes."""
        return self.directory / "logs" / f"{name}.log"

    def ready(self, name: str) -> Path:
        """Where a child leaves a file to announce that it serves."""
        return self.directory / "run" / f"{name}.ready"

    def prepare(self) -> None:
        """Make the directories, closed to everybody else."""
        ensure_private(self.directory)
        for path in (self.lock.parent, self.log("any").parent):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
