"""An ASGI application made of declared routes."""

import contextlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from starlette.types import Receive, Scope, Send

from tallystick.platform.http.bounds import Bounds
from tallystick.platform.http.exchange import Exchange
from tallystick.platform.http.gate import EVERYONE, Gate
from tallystick.platform.http.health import Check, health_routes
from tallystick.platform.http.observation import METRICS_SCOPE, Observation, metrics_route
from tallystick.platform.http.openapi import description_routes
from tallystick.platform.http.route import Group, RawRoute, Route, Routes
from tallystick.platform.http.router import Router
from tallystick.platform.http.wording import ProblemShape, problem_json

__all__ = ["Application", "application"]

BOUNDS = Bounds()

Lifespan = Callable[[], AbstractContextManager[object]]


class Application:
    """Declared routes as an ASGI application."""

    def __init__(self, exchange: Exchange, lifespan: Lifespan) -> None:
        self._exchange = exchange
        self._lifespan = lifespan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live through the server's lifespan."""
        match scope["type"]:
            case "http":
                await self._exchange.answer(scope, receive, send)
            case "lifespan":
                await self._live(receive, send)
            case "websocket":
                await receive()
                await send({"type": "websocket.close", "code": 1003})

    async def _live(self, receive: Receive, send: Send) -> None:
        with ExitStack() as stack:
            await receive()
            try:
                stack.enter_context(self._lifespan())
            except Exception as error:
                await send({"type": "lifespan.startup.failed", "message": str(error)})
                raise
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


def application(
    title: str,
    routes: Routes,
    *,
    auth: Gate | None = None,
    problem: ProblemShape = problem_json,
    checks: Mapping[str, Check] | None = None,
    metrics: Path | None = None,
    bounds: Bounds = BOUNDS,
    standard: bool = True,
    version: str = "1",
    lifespan: Lifespan = contextlib.nullcontext,
) -> Application:
    """Make an ASGI application of `routes`.

    `auth` says who is asking; routes with a scope need it, and `EVERYONE` waives it. `problem` words the errors.
    `checks` are asked by `/health/ready`. `metrics` is the folder in which this organisation's processes publish their
    figures; with auth they need the scope `metrics:read`. `bounds` say how much is taken at once. `standard=False`
    leaves out `/health/*`, `/metrics`, `/openapi.json` and `/docs`, which otherwise answer wherever no route is
    declared. `lifespan` is entered while the application serves.

    >>> app = application("example", [Route("GET", "/hello", lambda request: {"hello": "world"})])
    """
    every: list[Route | RawRoute | Group] = list(routes)
    if standard:
        taken = set(_templates(routes))
        figures = metrics_route(metrics, scope=METRICS_SCOPE if auth else None)
        described = description_routes(title, version, routes, problem=problem, guarded=auth is not EVERYONE)
        offered = [*health_routes(checks or {}), figures, *described]
        every += [route for route in offered if route.path not in taken]
    router = Router(every, problem)
    if auth is None and (guarded := [place.template for place in router.places if _guarded(place.answers.values())]):
        raise ValueError(f"{guarded[0]} needs a scope, but the application has no auth; EVERYONE would waive it")
    return Application(Exchange(router, auth, bounds, Observation()), lifespan)


def _templates(routes: Routes, prefix: str = "") -> list[str]:
    found: list[str] = []
    for route in routes:
        if isinstance(route, Group):
            found += _templates(route.routes, prefix + route.prefix)
        else:
            found.append(prefix + route.path)
    return found


def _guarded(answers: Iterable[Route | RawRoute]) -> bool:
    return any(isinstance(answer, Route) and answer.scope is not None for answer in answers)
