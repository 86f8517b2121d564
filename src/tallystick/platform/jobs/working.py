"""Be a worker process: what `tally worker` and an organisation's worker run."""

import threading
from collections.abc import Sequence

from tallystick.platform.jobs.pool import ProcessPool
from tallystick.platform.jobs.settings import JobsSettings
from tallystick.platform.jobs.task import Tasks
from tallystick.platform.jobs.worker import Worker
from tallystick.platform.store import Store

__all__ = ["work"]


def work(store: Store, tasks: Tasks, kinds: Sequence[str], settings: JobsSettings, stop: threading.Event) -> None:
    """Run jobs of the given kinds in processes of their own until `stop` is set; call it on the main thread.

    `tasks` must be importable: `functools.partial(build_tasks, config_file)` over a module's function.
    """
    pool = ProcessPool(tasks, settings.slots)
    Worker(store, pool, kinds, lease_s=settings.lease_s, drain_s=settings.drain_s).run(stop)
