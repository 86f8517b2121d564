"""`tally capture`: serve Kafka Connect's REST API, and run connectors."""

import re
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import click

from tallystick.capture.errors import CaptureError
from tallystick.capture.http import connect_problem
from tallystick.capture.settings import CaptureSettings
from tallystick.capture.wiring import BRANCH, Capture, build, run_worker
from tallystick.platform import telemetry
from tallystick.platform.cli import platform_alone
from tallystick.platform.http import EVERYONE, application
from tallystick.platform.http import serve as listen_and_serve

__all__ = ["capture"]

data_dir = click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Where connectors and their events are kept.",
)


@click.group()
def capture() -> None:
    """Turn row changes of databases into change events."""


@capture.command()
@click.option("--listen", default="127.0.0.1:8083", show_default=True, metavar="HOST:PORT")
@data_dir
def serve(listen: str, data_dir: Path) -> None:
    """Serve Kafka Connect's REST API and run its connectors, until SIGTERM."""
    telemetry.configure()
    stop = threading.Event()

    def work(built: Capture) -> None:
        try:
            run_worker(built, stop)
        finally:
            stop.set()  # nobody is to be answered as if connectors were still run

    with _opened(data_dir) as built, ThreadPoolExecutor(1, "capture-worker") as pool:
        worker = pool.submit(work, built)
        try:
            app = application("Capture", built.routes, problem=connect_problem, auth=EVERYONE)
            listen_and_serve(app, listen=listen, ready=_announce, stop=stop)
        finally:
            stop.set()
        worker.result()


@capture.command()
@data_dir
def worker(data_dir: Path) -> None:
    """Run the connectors that no other worker runs, until SIGTERM."""
    telemetry.configure()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with _opened(data_dir) as built:
        run_worker(built, stop)


@capture.command("list")
@data_dir
def list_connectors(data_dir: Path) -> None:
    """Print every connector: its name, what it is to do, what its task does, and why it failed."""
    with _opened(data_dir) as built:
        for name in built.service.names():
            task = built.service.task(name)
            state = (task.state, task.trace.partition("\n")[0]) if task else ("UNASSIGNED", "")
            fields = (name, built.service.connector(name).target, *state)
            click.echo("\t".join(re.sub(r"\s", " ", field) for field in fields).rstrip())


def _announce(address: str) -> None:
    click.echo(f"Kafka Connect REST on {address}")


@contextmanager
def _opened(folder: Path) -> Iterator[Capture]:
    with platform_alone(folder, BRANCH, CaptureError) as platform:
        yield build(CaptureSettings(), platform)
