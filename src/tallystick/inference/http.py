"""The V1 and V2 protocols over HTTP, as one ASGI application without a framework: its overhead is the product.

A client's mistake is answered 400 with `{"error": TEXT}`, and the text names the field.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple, ParamSpec, TypeVar

import msgspec

from tallystick import native
from tallystick.inference.body import Body, Message, Receive, Scope, read_body
from tallystick.inference.description import data_plane
from tallystick.inference.domain.tensors import Tensors, TensorSpec
from tallystick.inference.domain.v1 import decode_instances, encode_predictions
from tallystick.inference.domain.v2 import decode_request, encode_answer
from tallystick.inference.errors import InferenceError, InvalidRequest, Overloaded, status_of
from tallystick.inference.figures import Exchange
from tallystick.inference.serving import Serving, ServingModel, elements_of
from tallystick.platform.http import viewer
from tallystick.platform.telemetry import exposition, logger

__all__ = ["ModelDoor"]

Send = Callable[[Message], Awaitable[None]]

log = logger(__name__)

# Shorter predictions than this run in the event loop; handing them to a thread would cost more than they take.
_QUICK_S = 0.001
# Larger bodies are read and written in a thread too: some milliseconds in which the loop would answer nobody.
_LARGE_BODY = 256 * 1024
_NO_JSON_LENGTH = "received byte inputs, but the 'inference-header-content-length' header is missing."
_EXTENSIONS = ("binary_tensor_data",)
_JSON = (b"content-type", b"application/json")
_BINARY = (b"content-type", b"application/octet-stream")
_TEXT = (b"content-type", b"text/plain; version=0.0.4; charset=utf-8")


class Reply(NamedTuple):
    """A status, a body and the headers beyond its length."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = (_JSON,)


Handler = Callable[[Body], Awaitable[Reply] | Reply]
Given = ParamSpec("Given")
Result = TypeVar("Result")


class ModelDoor:
    """The ASGI application of a model server."""

    def __init__(self, serving: Serving, *, largest_body: int, threads: int, queue: int) -> None:
        self._serving = serving
        self._largest_body = largest_body
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="predict")
        self._queue = threads + queue
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        try:
            reply = await self._reply(scope, receive)
        except InferenceError as error:
            reply = _refusal(error)
        except Exception as error:
            log.exception("request failed", path=scope["path"])
            reply = _error(500, f"{type(error).__name__} : {error}")
        length = (b"content-length", b"%d" % len(reply.body))
        await send({"type": "http.response.start", "status": reply.status, "headers": (*reply.headers, length)})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else reply.body})

    async def _reply(self, scope: Scope, receive: Receive) -> Reply:
        route = self._route(scope["path"])
        if route is None:
            return _json(404, {"detail": "Not Found"})
        method, handler = route
        if scope["method"] != method and (scope["method"], method) != ("HEAD", "GET"):
            return _json(405, {"detail": "Method Not Allowed"}, (b"allow", method.encode()))
        reply = handler(await read_body(scope, receive, largest=self._largest_body))
        return reply if isinstance(reply, Reply) else await reply

    def _route(self, path: str) -> tuple[str, Handler] | None:
        match path.removesuffix("/").split("/")[1:]:
            case ["v2", "models", name, "infer"]:
                return "POST", partial(self._infer, name, None)
            case ["v2", "models", name, "versions", version, "infer"]:
                return "POST", partial(self._infer, name, version)
            case ["v1", "models", name] if name.endswith(":predict"):
                return "POST", partial(self._predict, name.removesuffix(":predict"))
            case [] | [""]:
                return "GET", lambda _: _json(200, {"status": "alive"})
            case ["v1", "models"] | ["v2", "models"]:
                return "GET", lambda _: _json(200, {"models": self._serving.names()})
            case ["v1", "models", name]:
                return "GET", partial(self._ready, name, None)
            case ["metrics"]:
                return "GET", lambda _: Reply(200, exposition(), (_TEXT,))
            case ["openapi.json"]:
                return "GET", lambda _: _json(200, data_plane())
            case ["docs"]:
                return "GET", _viewer
            case ["v2"]:
                return "GET", _server_metadata
            case ["v2", "health", "live"]:
                return "GET", lambda _: _json(200, {"live": True})
            case ["v2", "health", "ready"]:
                return "GET", self._health
            case ["v2", "models", name]:
                return "GET", partial(self._metadata, name, None)
            case ["v2", "models", name, "versions", version]:
                return "GET", partial(self._metadata, name, version)
            case ["v2", "models", name, "ready"]:
                return "GET", partial(self._ready, name, None)
            case ["v2", "models", name, "versions", version, "ready"]:
                return "GET", partial(self._ready, name, version)
        return None

    async def _infer(self, name: str, version: str | None, body: Body) -> Reply:
        serving = self._serving.find(name, version)
        figures = serving.figures
        with Exchange(figures, "v2") as exchange:
            if body.content_type == b"application/octet-stream" and body.json_length is None:
                raise InvalidRequest(_NO_JSON_LENGTH)
            if large := len(body.content) > _LARGE_BODY:
                self._admit()
                request = await self._aside(decode_request, body.content, body.json_length, serving.signature)
            else:
                request = decode_request(body.content, body.json_length, serving.signature)
            exchange.lap(figures.decoding)
            outputs = await self._run(serving, request.inputs, list(request.outputs), admitted=large)
            exchange.lap(figures.prediction)
            if _are_large(outputs):
                answer = await self._aside(encode_answer, serving.answer_prefix, request, outputs)
            else:
                answer = encode_answer(serving.answer_prefix, request, outputs)
            exchange.lap(figures.encoding)
        if answer.json_length is None:
            return Reply(200, answer.body)
        return Reply(200, answer.body, (_BINARY, (b"inference-header-content-length", b"%d" % answer.json_length)))

    async def _predict(self, name: str, body: Body) -> Reply:
        serving = self._serving.find(name)
        figures = serving.figures
        with Exchange(figures, "v1") as exchange:
            if large := len(body.content) > _LARGE_BODY:
                self._admit()
                inputs = await self._aside(decode_instances, body.content, serving.signature)
            else:
                inputs = decode_instances(body.content, serving.signature)
            exchange.lap(figures.decoding)
            outputs = await self._run(serving, inputs, serving.signature.output_names, admitted=large)
            exchange.lap(figures.prediction)
            if _are_large(outputs):
                predictions = await self._aside(encode_predictions, outputs)
            else:
                predictions = encode_predictions(outputs)
            exchange.lap(figures.encoding)
        return Reply(200, predictions)

    async def _run(self, serving: ServingModel, inputs: Tensors, outputs: Sequence[str], *, admitted: bool) -> Tensors:
        if admitted:
            return await self._aside(serving.predict, inputs, outputs)
        if serving.expected_s(elements_of(inputs)) < _QUICK_S:
            return serving.predict(inputs, outputs)
        self._admit()
        return await self._aside(serving.predict, inputs, outputs)

    def _admit(self) -> None:
        """Refuse a request that would wait too long; one that was let in is seen to its end."""
        if self._waiting >= self._queue:
            raise Overloaded("too many predictions wait already; try again in a second")

    async def _aside(self, work: Callable[Given, Result], /, *given: Given.args, **named: Given.kwargs) -> Result:
        """Work in a thread of the pool, so that others are answered meanwhile."""
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._pool, partial(work, *given, **named))
        finally:
            self._waiting -= 1

    def _health(self, _: Body) -> Reply:
        if self._serving.ready:
            return _json(200, {"ready": True})
        return _error(503, "Models are not ready.")

    def _ready(self, name: str, version: str | None, _: Body) -> Reply:
        serving = self._serving.find(name, version)
        return _json(200, {"name": serving.name, "ready": True})

    def _metadata(self, name: str, version: str | None, _: Body) -> Reply:
        serving = self._serving.find(name, version)
        document = {
            "name": serving.name,
            "versions": [str(serving.version)],
            "platform": serving.model.platform,
            "inputs": list(map(_declaration, serving.signature.inputs)),
            "outputs": list(map(_declaration, serving.signature.outputs)),
        }
        return _json(200, document)


def _are_large(outputs: Tensors) -> bool:
    return sum(array.nbytes for array in outputs.values()) > _LARGE_BODY


def _server_metadata(_: Body) -> Reply:
    return _json(200, {"name": "tallystick", "version": native.__version__, "extensions": _EXTENSIONS})


def _viewer(_: Body) -> Reply:
    page = viewer()
    headers = {"content-type": page.media_type or "", **page.headers}
    return Reply(200, str(page.body).encode(), tuple((name.encode(), text.encode()) for name, text in headers.items()))


def _declaration(spec: TensorSpec) -> dict[str, object]:
    return {"name": spec.name, "datatype": spec.datatype, "shape": spec.shape}


def _refusal(error: InferenceError) -> Reply:
    return _error(status_of(error), str(error))


def _error(status: int, text: str) -> Reply:
    return _json(status, {"error": text}, *([(b"retry-after", b"1")] if status == 503 else []))


def _json(status: int, document: object, *headers: tuple[bytes, bytes]) -> Reply:
    return Reply(status, msgspec.json.encode(document), (_JSON, *headers))
