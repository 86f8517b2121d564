"""Everything capture is made of, built in one place."""

import threading
from dataclasses import dataclass

from tallystick.capture.adapters.postgres import PostgresSource
from tallystick.capture.adapters.registry import Registry
from tallystick.capture.console import capture_pages
from tallystick.capture.domain.configuration import ConnectorConfiguration
from tallystick.capture.domain.connector import Connector, Task
from tallystick.capture.http import connect_routes
from tallystick.capture.service import Connectors
from tallystick.capture.settings import CaptureSettings
from tallystick.capture.task import ConnectorTask
from tallystick.capture.views import Views
from tallystick.capture.worker import Worker
from tallystick.platform.http import Routes
from tallystick.platform.store import Branch
from tallystick.platform.web import Page
from tallystick.platform.wiring import Platform

__all__ = ["BRANCH", "Capture", "build", "run_worker"]

BRANCH = Branch("capture", "tallystick.capture.adapters.migrations")


@dataclass(frozen=True)
class Capture:
    """`service`, `routes` and `pages` are the control plane; `worker` is for a process that captures."""

    service: Connectors
    routes: Routes
    pages: tuple[Page, ...]
    worker: Worker
    branch: Branch = BRANCH


def build(settings: CaptureSettings, platform: Platform) -> Capture:
    """Build capture on a platform; nothing connects to a database before a connector is declared."""
    registry = Registry(platform.store)

    def probe(configuration: ConnectorConfiguration) -> None:
        with PostgresSource(configuration, settings.connect_timeout_s) as source:
            source.inspect()

    def capture(connector: Connector, task: Task, stop: threading.Event) -> None:
        configuration = ConnectorConfiguration.parse(connector.name, connector.texts)
        ConnectorTask(
            configuration, task, store=platform.store, log=platform.log, registry=registry, settings=settings
        ).run(stop)

    service = Connectors(platform.store, platform.log, registry, probe)
    views = Views(service)
    return Capture(
        service=service,
        routes=connect_routes(service, views),
        pages=capture_pages(service, views),
        worker=Worker(registry, settings, capture),
    )


def run_worker(capture: Capture, stop: threading.Event) -> None:
    """Run every connector that no other worker runs, until `stop` is set."""
    capture.worker.run(stop)
