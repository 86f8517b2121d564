"""What a worker can do: the tasks of every capability."""

from collections.abc import Mapping
from pathlib import Path

from tallystick.linkage.batch.settings import BatchSettings
from tallystick.linkage.batch.wiring import BRANCH, build_batch
from tallystick.platform.jobs import Task
from tallystick.platform.telemetry import configure
from tallystick.platform.wiring import PlatformSettings, open_platform

__all__ = ["tasks_of"]


def tasks_of(settings: PlatformSettings, batch: BatchSettings, data_dir: Path) -> Mapping[str, Task]:
    """Build the tasks by kind; each process that runs them does so for itself, and logs as its worker does."""
    configure(process="worker")
    platform = open_platform(settings, data_dir, [BRANCH])
    return {**build_batch(batch, platform).tasks}
