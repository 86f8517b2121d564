"""A request as a handler sees it."""

from threading import Event
from typing import Any, Generic, TypeVar

from starlette.datastructures import Headers, QueryParams
from starlette.requests import cookie_parser
from starlette.types import Receive, Scope

from tallystick.platform.auth import ANONYMOUS, Principal
from tallystick.platform.http.body import BodyStream

__all__ = ["Request"]

Body = TypeVar("Body")


class Request(Generic[Body]):
    """One request.

    `body` is the decoded value of the route's `request` type, `query` that of its `query` type, `path_values` the
    typed values of the path. A route whose `request` is `BodyStream` reads `stream` itself.
    """

    body: Body
    query: Any

    def __init__(self, scope: Scope, receive: Receive, request_id: str) -> None:
        self.scope = scope
        self.id = request_id
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers = Headers(scope=scope)
        self.query_values = QueryParams(scope["query_string"])
        self.path_values: dict[str, Any] = {}
        self.principal: Principal = ANONYMOUS
        self.stream = BodyStream(receive, None)

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that came with the request."""
        return cookie_parser(self.headers.get("cookie", ""))

    @property
    def behind_edge(self) -> bool:
        """Whether the request came through the edge's own socket, so that its forwarded headers are true."""
        return bool(self.scope.get("tallystick.behind_edge", False))

    @property
    def draining(self) -> bool:
        """Whether the server waits for its last answers; a stream without an end of its own ends now."""
        server: Event | None = self.scope.get("tallystick.draining")
        return server is not None and server.is_set()

    @property
    def secure(self) -> bool:
        """Whether the client speaks TLS to our door."""
        return self.behind_edge and self.headers.get("x-forwarded-proto") == "https"

    @property
    def client(self) -> str:
        """The client's address, as far as it is known."""
        if self.behind_edge and (forwarded := self.headers.get("x-forwarded-for")):
            return forwarded.rpartition(",")[2].strip()
        return self.scope["client"][0] if self.scope.get("client") else ""
