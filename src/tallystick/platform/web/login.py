"""Log in with a link that works once.

Opening the link changes nothing, since mail scanners and browsers open links on their own; only the button's POST
consumes it. The cookie is unreadable for scripts and stays with our own pages.
"""

from collections.abc import Sequence
from typing import Any

from jinja2 import Environment

from tallystick.platform.auth import AuthenticationError, CrossSiteError, Logins
from tallystick.platform.auth.authenticator import SESSION_COOKIE, refuse_cross_site
from tallystick.platform.http import Origin, Problem, Reply, Request, Route
from tallystick.platform.web.page import redirect
from tallystick.platform.web.shell import PAGE_HEADERS

__all__ = ["login_routes"]


def login_routes(templates: Environment, organisation: str, logins: Logins) -> Sequence[Route]:
    """Give the pages that open and end a session."""

    def show(request: Request[Any]) -> Reply:
        page = templates.get_template("platform/web/login.html")
        body = page.render(organisation=organisation, linked="secret" in request.path_values, request=request)
        return Reply(body, headers=PAGE_HEADERS, media_type="text/html; charset=utf-8")

    def enter(request: Request[Any]) -> Reply:
        _refuse_cross_site(request)
        try:
            session = logins.open(request.path_values["secret"], client=request.client)
        except AuthenticationError as error:
            detail = f"{error}; make a fresh one with: tally login-link"
            raise Problem(401, detail=detail, origin=Origin.AUTHENTICATION) from error
        cookie = _cookie(session.cookie.reveal(), session.lifetime_ms // 1000, secure=request.secure)
        answer = redirect(_local(request.query_values.get("next", "/")))
        return Reply(status=303, headers=answer.headers, cookies=(cookie,))

    def leave(request: Request[Any]) -> Reply:
        _refuse_cross_site(request)
        logins.close(request.cookies.get(SESSION_COOKIE, ""))
        return Reply(status=303, headers={"location": "/login"}, cookies=(_cookie("", 0, secure=request.secure),))

    return [
        Route("GET", "/login", show, hidden=True),
        Route("GET", "/login/{secret}", show, hidden=True),
        Route("POST", "/login/{secret}", enter, hidden=True),
        Route("POST", "/logout", leave, hidden=True),
    ]


def _refuse_cross_site(request: Request[Any]) -> None:
    """Let no other site's page log anybody in or out; neither asks for a session that would be checked."""
    try:
        refuse_cross_site(request)
    except CrossSiteError as error:
        raise Problem(403, detail=str(error), origin=Origin.AUTHENTICATION) from error


def _cookie(value: str, seconds: int, *, secure: bool) -> str:
    cookie = f"{SESSION_COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict"
    return f"{cookie}; Secure" if secure else cookie


def _local(path: str) -> str:
    """Keep a path of ours, and nothing that a browser would take for another site."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
