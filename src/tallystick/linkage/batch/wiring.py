"""Batch linkage, built from its settings."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from tallystick.linkage.adapters.batch_migrations import FOLDERS
from tallystick.linkage.adapters.columns import ColumnFiles
from tallystick.linkage.batch.http import batch_routes
from tallystick.linkage.batch.runner import BatchRunner
from tallystick.linkage.batch.service import KIND, BatchService
from tallystick.linkage.batch.settings import BatchSettings
from tallystick.linkage.batch.sweeping import Sweep
from tallystick.platform.http import Routes
from tallystick.platform.jobs import Task
from tallystick.platform.store import Branch
from tallystick.platform.wiring import Platform

__all__ = ["BRANCH", "Batch", "build_batch"]

BRANCH = Branch("linkage_batch", "tallystick.linkage.adapters.batch_migrations")


@dataclass(frozen=True)
class Batch:
    """What batch linkage offers to a process."""

    service: BatchService
    routes: Routes
    tasks: Mapping[str, Task]
    sweep: Sweep


def build_batch(settings: BatchSettings, platform: Platform, *, list_projects: bool = False) -> Batch:
    """Build batch linkage on an open platform; `list_projects` lists all to everybody, as the reference does."""
    files = ColumnFiles(platform.data_dir / FOLDERS[0])
    service = BatchService(platform.store, platform.jobs, files, settings, now_ms)
    runner = BatchRunner(platform.store, platform.jobs, files, settings, now_ms)
    routes = [
        batch_routes(
            service,
            upload_limit=settings.upload_limit,
            json_upload_limit=settings.json_upload_limit,
            list_projects=list_projects,
        )
    ]
    return Batch(service=service, routes=routes, tasks={KIND: runner}, sweep=Sweep(platform.store, files))


def now_ms() -> int:
    """Return the time in milliseconds UTC."""
    return time.time_ns() // 1_000_000
