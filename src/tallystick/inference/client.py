"""Ask a model server for predictions, over TCP or its unix socket."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx2
import msgspec

from tallystick.inference.domain.tensors import Array, Tensors
from tallystick.inference.domain.v2_client import decode_answer, encode_request
from tallystick.inference.errors import (
    InferenceError,
    InvalidRequest,
    ModelNotFound,
    ModelNotReady,
    PredictionFailed,
    ServerUnreachable,
)

__all__ = ["ModelClient"]

_ERRORS: dict[int, type[InferenceError]] = {400: InvalidRequest, 404: ModelNotFound, 503: ModelNotReady}


class ModelClient:
    """A V2 client that keeps its connection.

    `address` is the path of a unix socket, or `http://HOST:PORT`.

    >>> with ModelClient(Path("run/models.sock")) as client:  # doctest: +SKIP
    ...     client.infer("pair", {"pairs": features})["match"]
    """

    def __init__(self, address: str | Path, *, timeout_s: float = 10.0) -> None:
        self.address = address
        if isinstance(address, Path):
            transport = httpx2.HTTPTransport(uds=str(address), retries=1)
            self._http = httpx2.Client(transport=transport, base_url="http://models", timeout=timeout_s)
        else:
            self._http = httpx2.Client(base_url=address, timeout=timeout_s, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def infer(self, model: str, inputs: Tensors, outputs: Sequence[str] = ()) -> dict[str, Array]:
        """Predict; returns the named outputs, or all of them.

        Raises `InvalidRequest`, `ModelNotFound`, `ModelNotReady`, `PredictionFailed`, or `ServerUnreachable`.
        """
        body, json_length = encode_request(inputs, outputs)
        headers = {"content-type": "application/octet-stream", "inference-header-content-length": str(json_length)}
        answer = self._send("POST", f"/v2/models/{model}/infer", content=body, headers=headers)
        if answer.status_code != 200:
            raise _ERRORS.get(answer.status_code, PredictionFailed)(_reason(answer))
        length = answer.headers.get("inference-header-content-length")
        return decode_answer(answer.content, int(length) if length else None)

    def ready(self, model: str) -> bool:
        """Say whether the server would answer for this model now; an unreachable server would not."""
        try:
            return self._send("GET", f"/v2/models/{model}/ready").status_code == 200
        except ServerUnreachable:
            return False

    def _send(
        self, method: str, path: str, *, content: bytes = b"", headers: dict[str, str] | None = None
    ) -> httpx2.Response:
        try:
            return self._http.request(method, path, content=content, headers=headers)
        except httpx2.TransportError as error:
            raise ServerUnreachable(f"the model server does not answer: {error}") from error


def _reason(answer: httpx2.Response) -> str:
    try:
        return str(msgspec.json.decode(answer.content)["error"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return f"status {answer.status_code}"
