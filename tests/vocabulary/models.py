"""Words for tests about models: small ONNX graphs, and a model server in a thread."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import onnx
from onnx import TensorProto, helper

from tallystick.inference.domain.manifest import Manifest
from tallystick.inference.server import serve_models
from tallystick.inference.settings import InferenceSettings
from tallystick.inference.wiring import BRANCH, Inference, build
from tallystick.platform.wiring import PlatformSettings, open_platform

__all__ = ["doubling", "echo", "manifest", "opened", "served", "tensor"]


def doubling(width: int | None = 2, *, kind: int = TensorProto.FLOAT) -> bytes:
    """Make a model that adds `x` of shape [n, width] to itself; its output is `y`."""
    return _model("Add", ["x", "x"], kind, ["n", width or "width"])


def echo(kind: int = TensorProto.STRING, rank: int = 1) -> bytes:
    """Make a model that gives its input `x` back as `y`."""
    return _model("Identity", ["x"], kind, [f"d{axis}" for axis in range(rank)])


def manifest(path: Path, name: str = "double", model_format: str = "onnx") -> Manifest:
    """Ask for the model in a file or folder."""
    return Manifest(name=name, format=model_format, storage_uri=path.as_uri())


@contextmanager
def opened(folder: Path, settings: InferenceSettings | None = None) -> Iterator[Inference]:
    """Open inference alone on a data directory."""
    platform = open_platform(PlatformSettings(), folder, [BRANCH])
    try:
        yield build(settings or InferenceSettings(reload_s=0.02), platform)
    finally:
        platform.close()


@contextmanager
def served(inference: Inference) -> Iterator[httpx2.Client]:
    """Serve in a thread; every applied model has been tried once before the block begins."""
    inference.serving.synchronise()
    stop, bound, addresses = threading.Event(), threading.Event(), list[str]()

    def ready(address: str) -> None:
        addresses.append(address)
        bound.set()

    options: Mapping[str, Any] = {"listen": "127.0.0.1:0", "stop": stop, "ready": ready}
    thread = threading.Thread(target=serve_models, args=(inference,), kwargs=options)
    thread.start()
    try:
        assert bound.wait(10)
        with httpx2.Client(base_url=f"http://{addresses[0]}", trust_env=False) as client:
            yield client
    finally:
        stop.set()
        thread.join()


def tensor(
    data: object, shape: list[int], datatype: str = "FP32", name: str = "x", **more: object
) -> dict[str, object]:
    """Write one input of a V2 request."""
    return {"name": name, "shape": shape, "datatype": datatype, "data": data, **more}


def _model(operator: str, inputs: list[str], kind: int, shape: list[int | str]) -> bytes:
    graph = helper.make_graph(
        [helper.make_node(operator, inputs, ["y"])],
        operator,
        [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_tensor_value_info("y", kind, shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
