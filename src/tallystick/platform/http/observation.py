"""What is logged and counted of every request."""

import re
import secrets
import time
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from starlette.types import Message, Scope, Send

from tallystick.platform.http.reply import Reply
from tallystick.platform.http.request import Request
from tallystick.platform.http.route import Route
from tallystick.platform.telemetry import exposition, logger, metrics

__all__ = ["METRICS_SCOPE", "Observation", "Watched", "metrics_route"]

METRICS_SCOPE = "metrics:read"
GIVEN_ID = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}")
TRACE_PARENT = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*")
QUIET = frozenset({"/health/live", "/health/ready", "/metrics"})


class Watched:
    """One answer on its way out: adds the request's id, remembers the status and the time."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.id = _request_id(scope)
        self.trace = _trace_id(scope)
        self.status = 0
        self.template = ""
        self.principal = ""
        self._send = send
        self._since = time.perf_counter()
        self._bodiless = scope["method"] == "HEAD"

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.perf_counter() - self._since

    async def send(self, message: Message) -> None:
        """Pass a message on to the server."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            extra = [(b"x-request-id", self.id.encode()), (b"x-content-type-options", b"nosniff")]
            message = {**message, "headers": [*message["headers"], *extra]}
        elif self._bodiless and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)


class Observation:
    """Writes the access log and counts."""

    def __init__(self) -> None:
        self._log = logger("tallystick.http")
        self._requests = metrics.counter(
            "tallystick_http_requests", "Requests answered.", ["method", "route", "status"]
        )
        self._seconds = metrics.histogram("tallystick_http_request_seconds", "Time to the whole answer.", ["route"])

    def record(self, scope: Scope, watched: Watched) -> None:
        """Write one finished request down; paths go to the log, only templates to the metrics."""
        route = watched.template or "unmatched"
        seconds = watched.seconds
        self._requests.labels(_known(scope["method"]), route, str(watched.status)).inc()
        self._seconds.labels(route).observe(seconds)
        if route in QUIET and watched.status < 400:
            return
        self._log.info(
            "answered",
            method=scope["method"],
            route=route,
            status=watched.status,
            ms=round(seconds * 1000, 2),
            principal=watched.principal,
        )

    def failed(self, watched: Watched, error: Exception) -> None:
        """Write down an error that nobody foresaw, with its trace."""
        self._log.error("failed", route=watched.template, exc_info=error)


def metrics_route(folder: Path | None, *, scope: str | None) -> Route:
    """Give `/metrics`, with the figures of every process that publishes in `folder`."""

    def show(_: Request[Any]) -> Reply:
        return Reply(exposition(folder), media_type="text/plain; version=0.0.4; charset=utf-8")

    summary = "Show the figures of every process"
    media_type = "text/plain"
    return Route(
        "GET", "/metrics", show, scope=scope, summary=summary, tags=("health",), response_media_type=media_type
    )


def _request_id(scope: MutableMapping[str, Any]) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and GIVEN_ID.fullmatch(value):
            return str(value, "ascii")
    return secrets.token_hex(8)


def _trace_id(scope: MutableMapping[str, Any]) -> str:
    """Read the trace that a caller is in (W3C Trace Context), or none."""
    given = next((value for name, value in scope["headers"] if name == b"traceparent"), b"")
    found = TRACE_PARENT.fullmatch(given)
    return str(found.group(1), "ascii") if found else ""


def _known(method: str) -> str:
    return method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "OTHER"
