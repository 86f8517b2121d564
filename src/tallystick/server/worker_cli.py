"""`tally worker`: one more process that does the jobs of a store."""

import signal
import threading
from functools import partial
from pathlib import Path

import click

from tallystick.platform.jobs import JobsSettings, work
from tallystick.platform.objects import ObjectsError, ObjectsSettings
from tallystick.platform.settings import Secret
from tallystick.platform.store import StoreError
from tallystick.platform.supervisor import announce_ready
from tallystick.platform.wiring import PlatformSettings, StoreSettings, open_platform
from tallystick.server.tasks import tasks_of

__all__ = ["worker"]


@click.command()
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    envvar="TALLYSTICK_DATA_DIR",
    help="The data directory whose jobs to do.",
)
@click.option("--store", default="", envvar="TALLYSTICK_STORE__URL", help="The store's URL, when it lies elsewhere.")
@click.option(
    "--objects", default="", envvar="TALLYSTICK_OBJECTS__URL", help="The objects' URL, when they lie elsewhere."
)
@click.option("--slots", type=click.IntRange(1, 256), default=1, show_default=True, help="How many jobs at once.")
def worker(data_dir: Path, store: str, objects: str, slots: int) -> None:
    """Do jobs until SIGTERM, beside the processes that are there already; what does not finish is handed back."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    settings = PlatformSettings(store=StoreSettings(url=Secret(store)), objects=ObjectsSettings(url=objects))
    tasks = partial(tasks_of, settings, data_dir.resolve())
    try:
        kinds = sorted(tasks())
        platform = open_platform(settings, data_dir, [])
    except (StoreError, ObjectsError) as error:
        raise click.ClickException(str(error)) from error
    announce_ready()
    work(platform.store, tasks, kinds, JobsSettings(slots=slots), stop)
    platform.close()
