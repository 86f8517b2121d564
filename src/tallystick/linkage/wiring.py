"""Linkage, built from its settings."""

from collections.abc import Mapping
from dataclasses import dataclass

from tallystick.linkage.adapters.columns import ColumnFiles
from tallystick.linkage.batch.http import batch_routes
from tallystick.linkage.batch.runner import BatchRunner
from tallystick.linkage.batch.service import KIND, BatchService
from tallystick.linkage.settings import LinkageSettings
from tallystick.platform.http import Routes
from tallystick.platform.jobs import Jobs, Task
from tallystick.platform.jobs.jobs import now_ms
from tallystick.platform.store import Branch
from tallystick.platform.wiring import Platform

__all__ = ["BATCH_BRANCH", "Linkage", "build"]

BATCH_BRANCH = Branch("linkage_batch", "tallystick.linkage.adapters.batch_migrations")


@dataclass(frozen=True)
class Linkage:
    """What linkage offers to a process."""

    service: BatchService
    routes: Routes
    tasks: Mapping[str, Task]


def build(settings: LinkageSettings, platform: Platform, *, list_projects: bool = False) -> Linkage:
    """Build linkage on an open platform; `list_projects` answers the list of all projects without a token."""
    jobs = Jobs(platform.store)
    files = ColumnFiles(platform.data_dir / "linkage" / "projects")
    service = BatchService(platform.store, jobs, files, settings, now_ms)
    runner = BatchRunner(platform.store, jobs, files, settings, now_ms)
    routes = [batch_routes(service, upload_limit=settings.upload_limit, list_projects=list_projects)]
    return Linkage(service=service, routes=routes, tasks={KIND: runner})
