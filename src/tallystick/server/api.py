"""The process that answers HTTP behind the edge: every capability's routes, the console, health and metrics."""

import threading

from tallystick.capture.http import connect_problem
from tallystick.flows.living_linkage.console import HOME
from tallystick.inference.gateway import gateway_routes
from tallystick.platform.auth import Authenticator, Logins
from tallystick.platform.http import Application, Check, Group, application, serve
from tallystick.platform.http import Route as PlainRoute
from tallystick.platform.http.route import RawRoute
from tallystick.platform.web import Glance, Page, console, operations_glance, operations_pages, overview_page
from tallystick.server.wiring import Organisation

__all__ = ["api", "run_api"]


def api(organisation: Organisation) -> Application:
    """Make the application of what the settings name."""
    settings, platform = organisation.settings, organisation.platform
    routes: list[PlainRoute | RawRoute | Group] = []
    pages: list[Page] = []
    glances: list[Glance] = []
    home = ""
    if settings.registry:
        shown = organisation.registry.console(organisation.capture)
        home = HOME
        glances += shown.glances
        pages += [*shown.pages, *organisation.capture.pages]
        routes.append(Group("/connect", organisation.capture.routes, problem=connect_problem))
    if settings.linkage:
        pages += organisation.living.pages
        routes += [organisation.living.routes, *organisation.unit.routes, *organisation.batch.routes]
        glances += organisation.living.glances
    if settings.catalog:
        pages += organisation.catalog.pages
        glances.append(organisation.catalog.glance)
        routes += [Group("/hashlookup", organisation.catalog.hashlookup), *organisation.catalog.routes]
    if settings.inference:
        pages += organisation.inference.pages
        routes += gateway_routes(organisation.models_socket, largest_body=settings.inference.largest_body)
        glances.append(organisation.inference.glance)
    checks: dict[str, Check] = {"store": lambda: _store(organisation)}
    glances.append(operations_glance(organisation.data_dir))
    pages = [overview_page(glances), *pages, *operations_pages(platform.store, organisation.data_dir, checks)]
    routes.append(console(settings.name, pages, Logins(platform.store), home=home))
    return application(
        f"Tallystick: {settings.name}",
        routes,
        auth=Authenticator(platform.store),
        checks=checks,
        metrics=organisation.metrics_dir,
    )


def run_api(organisation: Organisation, stop: threading.Event) -> None:
    """Answer on the unix socket that only the edge opens, until told to stop."""
    organisation.api_socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    serve(api(organisation), listen=organisation.api_socket, behind_edge=True, stop=stop)


def _store(organisation: Organisation) -> str | None:
    with organisation.platform.store.read() as connection:
        connection.exec_driver_sql("SELECT 1")
    return None
