"""The V2 (Open Inference) protocol: requests and answers as JSON, or with tensors as binary data behind it."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import msgspec

from tallystick.inference.domain.arrays import from_binary, from_json, reshaped, to_binary, to_json
from tallystick.inference.domain.decoding import decoded
from tallystick.inference.domain.tensors import DATATYPES, Array, Signature, Tensors, datatype_of
from tallystick.inference.errors import InvalidRequest

__all__ = ["Answer", "Request", "decode_request", "encode_answer"]

_NO_DATA = msgspec.Raw()


class _Input(msgspec.Struct):
    name: str
    shape: list[int]
    datatype: str
    parameters: dict[str, Any] | None = None
    data: msgspec.Raw = _NO_DATA


class _Output(msgspec.Struct):
    name: str
    parameters: dict[str, Any] | None = None


class _Body(msgspec.Struct):
    inputs: list[_Input]
    id: str | None = None
    parameters: dict[str, Any] | None = None
    outputs: list[_Output] | None = None


_body = msgspec.json.Decoder(_Body)
_encode = msgspec.json.encode


@dataclass(frozen=True, slots=True)
class Request:
    """A prediction that somebody asks for: checked tensors, and the outputs wanted, each with "as binary data?"."""

    id: str
    inputs: Tensors
    outputs: dict[str, bool]


@dataclass(frozen=True, slots=True)
class Answer:
    """A body; `json_length` is set when binary data follows its JSON."""

    body: bytes
    json_length: int | None = None


def decode_request(body: bytes, json_length: int | None, signature: Signature) -> Request:
    """Read an infer request; `json_length` is the value of `Inference-Header-Content-Length`, if there was one."""
    if json_length is not None and json_length > len(body):
        raise InvalidRequest(f"Inference-Header-Content-Length: {json_length}, but the body has {len(body)} bytes")
    text = body if json_length is None else body[:json_length]
    document = decoded(_body.decode, text, "Unrecognized request format")
    tail = b"" if json_length is None else body[json_length:]
    inputs = _inputs(document.inputs, tail, signature)
    return Request(document.id or str(uuid4()), inputs, _wanted(document, signature))


def encode_answer(prefix: bytes, request: Request, outputs: Tensors) -> Answer:
    """Write an infer response; `prefix` is the opened JSON object that names the model, `{"model_name":"iris"`."""
    parts, tails = [], []
    for name, array in outputs.items():
        head = b'{"name":%b,"shape":%b,"datatype":"%b",' % (
            _encode(name),
            _encode(array.shape),
            datatype_of(array).encode(),
        )
        if request.outputs.get(name):
            tails.append(to_binary(array))
            parts.append(head + b'"parameters":{"binary_data_size":%d}}' % len(tails[-1]))
        else:
            parts.append(head + b'"data":' + to_json(array, nested=False) + b"}")
    text = b'%b,"id":%b,"outputs":[%b]}' % (prefix, _encode(request.id), b",".join(parts))
    return Answer(text + b"".join(tails), len(text)) if tails else Answer(text)


def _inputs(given: list[_Input], tail: bytes, signature: Signature) -> dict[str, Array]:
    tensors: dict[str, Array] = {}
    position = 0
    for index, one in enumerate(given):
        field = f"inputs[{index}]"
        if one.datatype not in DATATYPES:
            raise InvalidRequest(f"{field}.datatype: {one.datatype!r:.40} is none of {', '.join(DATATYPES)}")
        if any(length < 0 for length in one.shape):
            raise InvalidRequest(f"{field}.shape: a length is negative")
        size = _binary_size(one, field)
        if size is None:
            array = _json_array(one, field)
        else:
            if position + size > len(tail):
                raise InvalidRequest(
                    f"{field}.parameters.binary_data_size: {size}, but {len(tail) - position} bytes follow"
                )
            array = from_binary(tail[position : position + size], one.datatype, field=f"{field}.data")
            position += size
        array = signature.check(one.name, reshaped(array, tuple(one.shape), field=field), field=field)
        name = signature.inputs[0].name if signature.lenient else one.name
        if name in tensors:
            raise InvalidRequest(f"{field}.name: {one.name!r} comes twice")
        tensors[name] = array
    if position != len(tail):
        raise InvalidRequest(f"{len(tail) - position} bytes of binary data belong to no input")
    signature.require_all(tensors)
    return tensors


def _json_array(one: _Input, field: str) -> Array:
    if not len(one.data):
        raise InvalidRequest(f"{field}: has neither data nor parameters.binary_data_size")
    return from_json(bytes(one.data), one.datatype, field=f"{field}.data")


def _binary_size(one: _Input, field: str) -> int | None:
    if not one.parameters or "binary_data_size" not in one.parameters:
        return None
    size = one.parameters["binary_data_size"]
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise InvalidRequest(f"{field}.parameters.binary_data_size: {size!r:.40} is no number of bytes")
    if len(one.data):
        raise InvalidRequest(f"{field}: has both data and parameters.binary_data_size")
    return size


def _wanted(document: _Body, signature: Signature) -> dict[str, bool]:
    """Return the outputs asked for (all of them by default), each with whether it goes out as binary data."""
    by_default = bool(document.parameters and document.parameters.get("binary_data_output"))
    known = {spec.name: by_default for spec in signature.outputs}
    if not document.outputs:
        return known
    wanted = {}
    for index, one in enumerate(document.outputs):
        if one.name not in known:
            raise InvalidRequest(
                f"outputs[{index}].name: Unexpected inference output {one.name!r}; the model gives "
                + ", ".join(repr(name) for name in known)
            )
        wanted[one.name] = bool((one.parameters or {}).get("binary_data", by_default))
    return wanted
