"""Declarations of what an application answers."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp

from tallystick.platform.http.request import Request
from tallystick.platform.http.wording import ProblemShape

__all__ = ["Failures", "Group", "Handler", "RawRoute", "Route", "Routes"]

Handler = Callable[[Request[Any]], object] | Callable[[Request[Any]], Awaitable[object]]

Failures = Mapping[type[Exception], int]
"""The status that stands for an exception of the service; its text becomes the detail."""


@dataclass(frozen=True)
class Route:
    """One method on one path.

    `path` is a template: `/projects/{project}`, `/runs/{number:int}`, `/files/{rest:path}` (also float, uuid).
    `request` types the body: a msgspec type is decoded from JSON (or from MessagePack, where
    `request_media_types` names it), `bytes` is read whole, `BodyStream` is left to the
    handler, None means that none is read. `described` types, for OpenAPI alone, a JSON body that the handler decodes
    itself; `bytes` there says that a raw body must be there. `parameters` are the JSON schemas of path values which
    their convertor does not describe, and of headers that must be there, as `header.NAME`. `query` is a Struct that
    types the query string. `response` types the answer for OpenAPI, `status` is that of a plain answer. `scope` is the
    right that a caller needs, with the path's values where it names them (`project:{project}`); None lets everybody in.
    `errors` are the statuses that the handler itself answers with. `limit` bounds the body in bytes: None takes the
    application's limit, except for a `BodyStream`, which has none of its own. A plain `def` handler runs in a thread.
    `before` refuses a request by its head, before any of its body is read; it runs in a thread. What is `vital` has
    threads of its own, and is answered however busy the others are. `hidden` leaves the route out of the OpenAPI
    document, as pages are.
    """

    method: str
    path: str
    handler: Handler
    request: Any = None
    described: Any = None
    parameters: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    response: Any = None
    query: Any = None
    status: int = 200
    scope: str | None = None
    summary: str = ""
    errors: Sequence[int] = ()
    tags: Sequence[str] = ()
    request_media_types: Sequence[str] = ()
    response_media_type: str = "application/json"
    limit: int | None = None
    failures: Failures = field(default_factory=dict)
    problem: ProblemShape | None = None
    before: Callable[[Request[Any]], None] | None = None
    vital: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class RawRoute:
    """A path answered by an ASGI application of its own, for paths where every microsecond counts.

    Nothing but the router stands before it: no authentication, limit, log line or metric. `scope["path_params"]` holds
    the values of the path.
    """

    path: str
    app: ASGIApp
    methods: Sequence[str] = ("GET", "HEAD")


@dataclass(frozen=True)
class Group:
    """Routes under one prefix, with their own failures and wording of problems, unknown paths included."""

    prefix: str
    routes: "Routes"
    failures: Failures = field(default_factory=dict)
    problem: ProblemShape | None = None


Routes = Sequence[Route | RawRoute | Group]
