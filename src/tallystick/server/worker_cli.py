"""`tally worker`: one more process that does the jobs of a store."""

import signal
import threading
from functools import partial
from pathlib import Path

import click
from msgspec.structs import replace

from tallystick.linkage.batch.settings import BatchSettings
from tallystick.platform.jobs import JobsSettings, work
from tallystick.platform.settings import Secret
from tallystick.platform.supervisor import announce_ready
from tallystick.platform.wiring import PlatformSettings, StoreSettings, open_platform
from tallystick.server.cli import config_option, explained
from tallystick.server.settings import REGISTRY_SECRETS, loaded_settings
from tallystick.server.tasks import tasks_of

__all__ = ["worker"]


@click.command()
@config_option
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=None,
    envvar="TALLYSTICK_DATA_DIR",
    help="The data directory whose jobs to do; default: the settings file's, or here without one.",
)
@click.option("--store", default="", envvar="TALLYSTICK_STORE__URL", help="The store's URL, when it lies elsewhere.")
@click.option(
    "--objects", default="", envvar="TALLYSTICK_OBJECTS__URL", help="The objects' URL, when they lie elsewhere."
)
@click.option("--slots", type=click.IntRange(1, 256), default=None, help="How many jobs at once; default: 1.")
def worker(config: Path | None, data_dir: Path | None, store: str, objects: str, slots: int | None) -> None:
    """Do jobs until SIGTERM, beside the processes that are there already; what does not finish is handed back."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with explained():
        platform, batch, jobs, directory = _told(config)
        if store:
            platform = replace(platform, store=StoreSettings(url=Secret(store)))
        if objects:
            platform = replace(platform, objects=replace(platform.objects, url=objects))
        tasks = partial(tasks_of, platform, batch, (data_dir or directory).resolve())
        kinds = sorted(tasks())
        opened = open_platform(platform, data_dir or directory, [])
    announce_ready()
    work(opened.store, tasks, kinds, replace(jobs, slots=slots) if slots else jobs, stop)
    opened.close()


def _told(config: Path | None) -> tuple[PlatformSettings, BatchSettings, JobsSettings, Path]:
    """Return what a settings file says about workers; without one, the defaults and this directory."""
    if config is None:
        return PlatformSettings(), BatchSettings(), JobsSettings(), Path()
    settings = loaded_settings(config, withheld=REGISTRY_SECRETS).settings
    return settings.platform, settings.batch, settings.jobs, settings.data_dir
