"""The data plane described as OpenAPI: what `ModelDoor` answers, in types that clients can read."""

from functools import cache
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from tallystick.platform.http import Problem, ProblemShape, Reply, Request, Route, Routes, description

__all__ = ["data_plane", "model_problem"]

Datatype = Literal[
    "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64", "BYTES"
]
Parameters = dict[str, Any]
Shape = list[Annotated[int, Meta(ge=0)]]


class Alive(msgspec.Struct):
    """The process answers."""

    status: Literal["alive"]


class Live(msgspec.Struct):
    """The process answers."""

    live: bool


class Ready(msgspec.Struct):
    """Every model is loaded."""

    ready: bool


class Models(msgspec.Struct):
    """The names of all models."""

    models: list[str]


class Server(msgspec.Struct):
    """What answers."""

    name: str
    version: str
    extensions: list[str]


class TensorMetadata(msgspec.Struct):
    """An input or output of a model; -1 stands for any length."""

    name: str
    datatype: Datatype
    shape: list[int]


class ModelMetadata(msgspec.Struct):
    """What a model takes and gives."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]


class ModelReady(msgspec.Struct):
    """The model serves."""

    name: str
    ready: bool


class Tensor(msgspec.Struct, omit_defaults=True):
    """A tensor with its values, nested or flat; where they follow the JSON, a parameter tells their size."""

    name: str
    shape: Shape
    datatype: Datatype
    parameters: Parameters = {}
    data: list[Any] = []


class WantedOutput(msgspec.Struct, omit_defaults=True):
    """An output to give, as binary data if `binary_data` says so."""

    name: str
    parameters: Parameters = {}


class InferRequest(msgspec.Struct, omit_defaults=True):
    """A V2 request."""

    inputs: list[Tensor]
    id: str = ""
    parameters: Parameters = {}
    outputs: list[WantedOutput] = []


class InferAnswer(msgspec.Struct, omit_defaults=True):
    """A V2 answer."""

    model_name: str
    model_version: str
    id: str
    outputs: list[Tensor]
    parameters: Parameters = {}


class Instances(msgspec.Struct):
    """A V1 request."""

    instances: list[Any]


class Predictions(msgspec.Struct):
    """A V1 answer."""

    predictions: list[Any]


@cache
def data_plane() -> dict[str, object]:
    """Return the OpenAPI document of the V1 and V2 protocols."""
    return description("Inference", "1", _routes(), problem=model_problem, guarded=False)


def _routes() -> Routes:
    model, version = "/v2/models/{model}", "/v2/models/{model}/versions/{version}"
    return [
        _get("/", Alive, "Say that the server answers."),
        _get("/v1/models", Models, "List models."),
        _get("/v1/models/{model}", ModelReady, "Say whether a model serves.", 503),
        _post("/v1/models/{model}:predict", Instances, Predictions, "Predict for rows."),
        _get("/v2", Server, "Describe the server."),
        _get("/v2/health/live", Live, "Say that the server answers."),
        _get("/v2/health/ready", Ready, "Say whether every model serves.", 503),
        _get("/v2/models", Models, "List models."),
        *(
            route
            for path in (model, version)
            for route in (
                _get(path, ModelMetadata, "Describe a model.", 503),
                _get(f"{path}/ready", ModelReady, "Say whether a model serves.", 503),
                _post(f"{path}/infer", InferRequest, InferAnswer, "Predict for tensors."),
            )
        ),
    ]


def _get(path: str, response: type, summary: str, *errors: int) -> Route:
    return Route("GET", path, _described, response=response, summary=summary, errors=errors)


def _post(path: str, request: type, response: type, summary: str) -> Route:
    errors = (400, 404, 413, 415, 500, 503)
    return Route("POST", path, _described, request=request, response=response, summary=summary, errors=errors)


def _described(_: Request[Any]) -> Reply:
    raise NotImplementedError("the model server's door answers")


def _worded(problem: Problem, _: Request[Any]) -> Reply:
    return Reply({"error": problem.detail or problem.title}, status=problem.status)


model_problem = ProblemShape(
    _worded,
    "InferenceError",
    {
        "type": "object",
        "properties": {"error": {"type": "string"}, "detail": {"type": "string"}},
        "anyOf": [{"required": ["error"]}, {"required": ["detail"]}],
    },
)
"""Words a refusal as the model server words its own."""
