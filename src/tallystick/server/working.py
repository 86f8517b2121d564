"""The process that does an organisation's jobs and keeps its house."""

import threading
from functools import partial

from tallystick.platform.jobs import work
from tallystick.platform.supervisor import announce_ready
from tallystick.server.housekeeping import Housekeeping, chores
from tallystick.server.wiring import Organisation

__all__ = ["run_worker"]


def run_worker(organisation: Organisation, stop: threading.Event) -> None:
    """Work until `stop` is set; only a linkage unit submits jobs."""
    settings, platform = organisation.settings, organisation.platform
    rounds = chores(platform, settings.housekeeping)
    if settings.linkage is not None:
        rounds = {**rounds, "uploads": organisation.batch.sweep}
    house = Housekeeping(platform, rounds, every_s=settings.housekeeping.every_s)
    threading.Thread(target=house.run, args=(stop,), name="housekeeping", daemon=True).start()
    announce_ready()
    if settings.linkage is None:
        stop.wait()
        return
    from tallystick.server.tasks import tasks_of

    tasks = partial(tasks_of, settings.platform, settings.batch, organisation.data_dir)
    work(platform.store, tasks, [*organisation.batch.tasks], settings.jobs, stop)
