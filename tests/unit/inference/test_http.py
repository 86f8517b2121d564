"""What the door does while models are slow or many ask at once."""

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import pytest

from tallystick.inference import http
from tallystick.inference.domain.revision import ModelFile, Service, revision_of
from tallystick.inference.domain.tensors import Signature, Tensors, TensorSpec
from tallystick.inference.http import ModelDoor
from tallystick.inference.serving import Serving

SPEC = TensorSpec("x", "FP32", (1,))
REVISION = revision_of("slow", "onnx", (ModelFile("m.onnx", "00", 0),), ())


class Slow:
    """A model that predicts when it is told to."""

    platform = "test"
    signature = Signature((SPEC,), (SPEC,))

    def __init__(self) -> None:
        self.go = threading.Event()

    def predict(self, inputs: Tensors, outputs: Sequence[str]) -> Tensors:
        assert self.go.wait(10)
        return dict.fromkeys(outputs, inputs["x"])


class OneService:
    """The list of services, with one in it."""

    def all(self) -> list[Service]:
        return [Service(name="slow", version=1, desired=REVISION)]

    def desire(self, revision: Any) -> Service:
        raise NotImplementedError

    def delete(self, name: str) -> bool:
        raise NotImplementedError

    def record_serving(self, service: Service) -> None: ...

    def record_failure(self, service: Service, reason: str) -> None: ...


async def ask(door: ModelDoor, method: str, path: str, body: bytes = b"") -> tuple[int, Any]:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await door({"type": "http", "method": method, "path": path, "headers": []}, receive, send)
    return sent[0]["status"], msgspec.json.decode(sent[1]["body"])


def test_a_slow_model_blocks_nobody_and_a_full_queue_says_so() -> None:
    model = Slow()
    serving = Serving(OneService(), lambda _: model)
    serving.synchronise()
    door = ModelDoor(serving, largest_body=1000, threads=1, queue=1)
    body = msgspec.json.encode({"instances": np.ones(1).tolist()})

    async def scene() -> None:
        waiting = [asyncio.create_task(ask(door, "POST", "/v1/models/slow:predict", body)) for _ in range(2)]
        await asyncio.sleep(0)
        assert await ask(door, "GET", "/v2/health/ready") == (200, {"ready": True})
        status, answer = await ask(door, "POST", "/v1/models/slow:predict", body)
        assert (status, answer["error"]) == (503, "too many predictions wait already; try again in a second")
        model.go.set()
        assert [await task for task in waiting] == [(200, {"predictions": [1.0]})] * 2

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("path", "step", "body"),
    [
        ("/v1/models/slow:predict", "decode_instances", b'{"instances": [%s]}'),
        ("/v1/models/slow:predict", "encode_predictions", b'{"instances": [%s]}'),
        ("/v2/models/slow/infer", "decode_request", b'{"inputs": [{"shape": [99999], %s, "data": [%s]}]}'),
        ("/v2/models/slow/infer", "encode_answer", b'{"inputs": [{"shape": [99999], %s, "data": [%s]}]}'),
    ],
)
def test_a_large_body_is_read_and_written_while_others_are_answered(
    monkeypatch: pytest.MonkeyPatch, path: str, step: str, body: bytes
) -> None:
    model = Slow()
    model.signature = Signature((TensorSpec("x", "FP32", (-1,)),), (SPEC,))
    model.go.set()
    serving = Serving(OneService(), lambda _: model)
    serving.synchronise()
    door = ModelDoor(serving, largest_body=1 << 20, threads=1, queue=1)
    work, go = getattr(http, step), threading.Event()

    def slow(*given: Any) -> Any:
        assert go.wait(10)
        return work(*given)

    monkeypatch.setattr(http, step, slow)
    numbers = b",".join([b"1.5"] * 99_999)
    parts = (b'"name": "x", "datatype": "FP32"', numbers) if b"inputs" in body else (numbers,)

    async def scene() -> None:
        asked = asyncio.create_task(ask(door, "POST", path, body % parts))
        await asyncio.sleep(0.05)
        assert await ask(door, "GET", "/v2/health/ready") == (200, {"ready": True})
        go.set()
        assert (await asked)[0] == 200

    asyncio.run(scene())


def test_an_error_of_ours_is_a_500_that_tells_its_kind() -> None:
    serving = Serving(OneService(), lambda _: Slow())
    serving.synchronise()
    door = ModelDoor(serving, largest_body=1000, threads=1, queue=0)
    serving.find("slow").model.predict = None  # type: ignore[method-assign,assignment]
    body = msgspec.json.encode({"instances": [1]})
    status, answer = asyncio.run(ask(door, "POST", "/v1/models/slow:predict", body))
    assert (status, answer["error"][:12]) == (500, "TypeError : ")
