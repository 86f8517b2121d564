"""One request from its first byte to its answer."""

import inspect
import re
from collections.abc import AsyncIterable, Iterator
from typing import Any

import anyio
import msgspec
from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from tallystick.platform.http.body import BodyStream
from tallystick.platform.http.bounds import Bounds
from tallystick.platform.http.decoding import JSON_TYPES, decode_body, decode_query, require_media_type
from tallystick.platform.http.gate import EVERYONE, Gate, identify, require_scope
from tallystick.platform.http.observation import Observation, Watched
from tallystick.platform.http.problem import Origin, Problem
from tallystick.platform.http.reply import Reply
from tallystick.platform.http.request import Request
from tallystick.platform.http.room import Room
from tallystick.platform.http.route import RawRoute, Route
from tallystick.platform.http.router import Match, Router, routed_path
from tallystick.platform.http.wording import ProblemShape
from tallystick.platform.telemetry import bound

__all__ = ["Exchange"]

CLIENT_LEFT = 499
CONTENT_LENGTH = re.compile("[0-9]+")
VITAL_THREADS = 8
STRANGERS = 4


class Exchange:
    """Routes, admits, decodes, handles, encodes; whatever goes wrong on the way becomes a problem."""

    def __init__(self, router: Router, gate: Gate | None, bounds: Bounds, observation: Observation) -> None:
        self._router = router
        self._gate = gate or EVERYONE
        self._bounds = bounds
        self._observation = observation
        # Whoever reaches the door may fill the strangers' room, and keeps nobody who shows a token from being heard.
        sizes = {False: bounds.held, True: bounds.held // STRANGERS}
        for route in _read_whole(router):
            sizes[_for_strangers(route)] = max(sizes[_for_strangers(route)], bounds.of(route) or 0)
        full = "too much is being sent at once; try again"
        self._held = {strangers: Room(size, full) for strangers, size in sizes.items()}
        self._uploads = Room(bounds.uploads, "too many uploads are under way; try again")
        # A handler that reads its body waits for the client. Such handlers must not keep the others from their threads.
        self._upload_threads = anyio.CapacityLimiter(bounds.uploads)
        self._vital_threads = anyio.CapacityLimiter(VITAL_THREADS)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = routed_path(scope)
        found: Match | Problem
        try:
            found = self._router.match(scope["method"], path)
        except Problem as problem:
            found = problem
        if isinstance(found, Match) and isinstance(found.answer, RawRoute):
            await found.answer.app({**scope, "path_params": found.values}, receive, send)
            return
        watched = Watched(scope, send)
        request: Request[Any] = Request({**scope, "path": path}, receive, watched.id)
        context = {"request": watched.id} | ({"trace": watched.trace} if watched.trace else {})
        with bound(**context):
            try:
                await self._answer(request, found, receive, watched)
            finally:
                watched.principal = request.principal.name
                self._observation.record(scope, watched)

    async def _answer(self, request: Request[Any], found: Match | Problem, receive: Receive, watched: Watched) -> None:
        shape = self._router.shape(request.path)
        try:
            if isinstance(found, Problem):
                response = _response(self._unrouted(found, request))
            else:
                assert isinstance(found.answer, Route)  # noqa: S101 -- raw routes have left by now
                watched.template = found.place.template
                shape = found.answer.problem or shape
                response = await self._handle(request, found.answer, found.values, receive)
            await response(request.scope, receive, watched.send)
        except ClientDisconnect:
            watched.status = watched.status or CLIENT_LEFT
        except Exception as error:
            if watched.status:
                self._observation.failed(watched, error)
                raise
            response = _response(self._worded(error, shape, request, watched))
            await response(request.scope, receive, watched.send)

    def _unrouted(self, problem: Problem, request: Request[Any]) -> Reply:
        if request.method == "OPTIONS" and (request.path == "*" or "allow" in problem.headers):
            return Reply(status=204, headers=problem.headers)
        raise problem

    async def _handle(self, request: Request[Any], route: Route, values: dict[str, Any], receive: Receive) -> Response:
        request.path_values = values
        try:
            await self._admit(request, route)
            self._describe(request, route, receive)
            if route.request is None or route.request is BodyStream:
                given = await self._called(request, route)
            else:
                given = await self._with_body(request, route)
        except Problem:
            raise
        except tuple(route.failures) as error:
            raise Problem(_status(route, error), detail=str(error)) from error
        return _response(given if isinstance(given, Reply) else Reply(given), route)

    async def _called(self, request: Request[Any], route: Route) -> object:
        handler: Any = route.handler
        if inspect.iscoroutinefunction(handler):
            return await handler(request)
        if route.request is not BodyStream:
            return await run_sync(handler, request, limiter=self._vital_threads if route.vital else None)
        self._uploads.take()
        try:
            return await run_sync(handler, request, limiter=self._upload_threads)
        finally:
            self._uploads.give_back()

    async def _with_body(self, request: Request[Any], route: Route) -> object:
        """Read the body and call the handler; until it is done, the body takes room."""
        held = 0
        gathered = bytearray()  # however small the pieces, it takes no more than they do
        room = self._held[_for_strangers(route)]
        try:
            async for chunk in request.stream:
                room.take(len(chunk))
                held += len(chunk)
                gathered += chunk
            raw = bytes(gathered)
            gathered.clear()
            request.body = raw if route.request is bytes else decode_body(request.headers, raw, route.request)
            return await self._called(request, route)
        finally:
            room.give_back(held)

    async def _admit(self, request: Request[Any], route: Route) -> None:
        if route.scope is not None:
            if self._gate is EVERYONE:
                request.principal = self._gate.identify(request)
            else:
                request.principal = await run_sync(identify, self._gate, request, limiter=self._vital_threads)
            require_scope(request.principal, route.scope.format_map(request.path_values))
        if route.before is not None:
            await run_sync(route.before, request, limiter=self._vital_threads)

    def _describe(self, request: Request[Any], route: Route, receive: Receive) -> None:
        """Type the query, and open the body; nothing of it is read yet."""
        if route.query is not None:
            request.query = decode_query(request.query_values, route.query)
        if route.request is None:
            return
        allowed = tuple(route.request_media_types) or (("*/*",) if route.request in (bytes, BodyStream) else JSON_TYPES)
        require_media_type(request.headers, allowed)
        request.stream = BodyStream(receive, self._bounds.of(route), _announced(request), stall_s=self._bounds.stall_s)
        if route.request is BodyStream:
            request.body = request.stream

    def _worded(self, error: Exception, shape: ProblemShape, request: Request[Any], watched: Watched) -> Reply:
        problem = error
        if not isinstance(problem, Problem):
            self._observation.failed(watched, error)
            problem = Problem(500, detail="the server failed; its log has the reason", origin=Origin.SERVER)
        reply = shape(problem, request)
        return Reply(reply.body, reply.status or problem.status, {**problem.headers, **reply.headers}, reply.media_type)


def _response(reply: Reply, route: Route | None = None) -> Response:
    status = reply.status or (route.status if route else 200)
    media_type = reply.media_type or (route.response_media_type if route else "application/json")
    match reply.body:
        case None if route is None or route.response is None or status in (204, 304):
            response = Response(status_code=status)
        case bytes() as raw:
            kept = reply.media_type or (media_type if media_type != "application/json" else "application/octet-stream")
            response = Response(raw, status, media_type=kept)
        case str() as text if not media_type.endswith("json"):
            response = Response(text, status, media_type=media_type)
        case Iterator() | AsyncIterable() as chunks:
            kept = reply.media_type or media_type
            response = StreamingResponse(chunks, status, media_type=kept)
        case value:
            response = Response(msgspec.json.encode(value), status, media_type=media_type)
    response.headers.update(reply.headers)
    for cookie in reply.cookies:
        response.headers.append("set-cookie", cookie)
    return response


def _status(route: Route, error: Exception) -> int:
    return next(status for kind in type(error).__mro__ if (status := route.failures.get(kind)) is not None)


def _for_strangers(route: Route) -> bool:
    """Tell whether the body is read before anybody has shown who they are."""
    return route.scope is None and route.before is None


def _read_whole(router: Router) -> Iterator[Route]:
    for place in router.places:
        for answer in place.answers.values():
            if isinstance(answer, Route) and answer.request not in (None, BodyStream):
                yield answer


def _announced(request: Request[Any]) -> int | None:
    text = request.headers.get("content-length", "")
    return int(text) if CONTENT_LENGTH.fullmatch(text) else None
