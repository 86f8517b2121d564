"""The console of one organisation, as routes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment

from tallystick.platform.auth import Logins
from tallystick.platform.auth.secrets import now_ms
from tallystick.platform.http import Group, Reply, Request, Route
from tallystick.platform.web.environment import environment
from tallystick.platform.web.login import login_routes
from tallystick.platform.web.page import CONSOLE_SCOPE, Page, redirect
from tallystick.platform.web.problems import problem_page
from tallystick.platform.web.shell import PAGE_HEADERS, navigation
from tallystick.platform.web.static import asset_route

__all__ = ["console"]


def console(
    organisation: str, pages: Sequence[Page], logins: Logins, *, home: str = "", templates: Sequence[Path] = ()
) -> Group:
    """Make a console of `pages`, with login, logout and assets; pages of errors hold wherever it is mounted.

    `home` is the path that a login leads to, else the first page of the navigation; `templates` are further folders
    of templates, for pages that no capability owns.
    """
    rendering = environment(templates)
    routes = [_route(page, pages, organisation, rendering) for page in pages]
    if pages and not any(page.path == "/" for page in pages):
        first = home or next((page.path for page in pages if page.label), pages[0].path)
        routes.append(Route("GET", "/", lambda _: redirect(first), scope=CONSOLE_SCOPE, hidden=True))
    problem = problem_page(rendering, organisation)
    return Group("", [*routes, *login_routes(rendering, organisation, logins), asset_route()], problem=problem)


def _route(page: Page, pages: Sequence[Page], organisation: str, rendering: Environment) -> Route:
    template = rendering.get_template(page.template)

    def answer(request: Request[Any]) -> Reply:
        shell = {
            "organisation": organisation,
            "now": now_ms(),
            "navigation": navigation(pages, request.path, request.principal),
            "principal": request.principal,
            "request": request,
            "title": page.title,
        }
        body = template.render(shell | dict(page.context(request)))
        return Reply(body, headers=PAGE_HEADERS, media_type="text/html; charset=utf-8")

    return Route(
        "GET", page.path, answer, query=page.query, scope=page.scope, failures=page.failures or {}, hidden=True
    )
