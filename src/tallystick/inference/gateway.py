"""V1 and V2 at an organisation's door: passed on to its model server, for those who hold `inference:predict`."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from tallystick.inference.description import model_problem
from tallystick.platform.http import Group, Problem, Reply, Request, Route

if TYPE_CHECKING:
    from httpx2 import Client

__all__ = ["SCOPE", "gateway_routes"]

SCOPE: Final = "inference:predict"
ANSWER_WITHIN_S: Final = 55.0
"""A little less than the door's own patience, so that a client hears from us what was slow."""
ASKED: Final = ("content-type", "content-encoding", "inference-header-content-length")
ANSWERED: Final = ("allow", "inference-header-content-length", "retry-after")


def gateway_routes(socket: Path, *, largest_body: int) -> tuple[Group, ...]:
    """Make the routes before the model server that listens on `socket`; bodies are bounded as it bounds them."""
    server = _ModelServer(socket)
    return tuple(
        Group(
            prefix,
            [
                Route("GET", "", server.ask, scope=SCOPE, response=Any, summary=f"{title}: what is served."),
                Route("GET", "/{rest:path}", server.ask, scope=SCOPE, response=Any, summary=f"{title}: one model."),
                Route(
                    "POST",
                    "/{rest:path}",
                    server.ask,
                    request=bytes,
                    scope=SCOPE,
                    response=Any,
                    limit=largest_body,
                    summary=f"{title}: predict.",
                    errors=(400, 404, 413, 503),
                ),
            ],
            problem=model_problem,
        )
        for prefix, title in (("/v1/models", "V1"), ("/v2", "V2"))
    )


class _ModelServer:
    """The organisation's model server, behind its socket."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def ask(self, request: Request[Any]) -> Reply:
        """Pass a request on, and its answer back."""
        from httpx2 import TransportError

        body = request.body if request.method == "POST" else b""
        headers = {name: request.headers[name] for name in ASKED if name in request.headers}
        try:
            answer = self._client.request(request.method, quote(request.path, safe="/:"), content=body, headers=headers)
        except TransportError as error:
            raise Problem(503, detail=f"the model server does not answer: {error}") from error
        kept = {name: answer.headers[name] for name in ANSWERED if name in answer.headers}
        media_type = answer.headers.get("content-type", "application/octet-stream")
        return Reply(answer.content, status=answer.status_code, headers=kept, media_type=media_type)

    @cached_property
    def _client(self) -> "Client":
        """The connections; httpx2 takes long to import, and most organisations' doors are never asked for this."""
        from httpx2 import Client, HTTPTransport

        transport = HTTPTransport(uds=str(self._socket), retries=1)
        return Client(transport=transport, base_url="http://models", timeout=ANSWER_WITHIN_S)
