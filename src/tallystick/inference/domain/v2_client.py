"""The other half of the V2 protocol: writing infer requests and reading their answers, tensors as binary data."""

from collections.abc import Sequence

import msgspec

from tallystick.inference.domain.arrays import from_binary, from_json, reshaped, to_binary
from tallystick.inference.domain.tensors import Array, Tensors, datatype_of
from tallystick.inference.errors import PredictionFailed

__all__ = ["decode_answer", "encode_request"]

_NO_DATA = msgspec.Raw()


class _Parameters(msgspec.Struct):
    binary_data_size: int | None = None


class _Output(msgspec.Struct):
    name: str
    shape: list[int]
    datatype: str
    parameters: _Parameters | None = None
    data: msgspec.Raw = _NO_DATA


class _Body(msgspec.Struct):
    outputs: list[_Output]


_body = msgspec.json.Decoder(_Body)


def encode_request(inputs: Tensors, outputs: Sequence[str]) -> tuple[bytes, int]:
    """Write an infer request; returns the body and the length of its JSON. No outputs named means all of them."""
    tails = [to_binary(array) for array in inputs.values()]
    document: dict[str, object] = {
        "inputs": [
            {
                "name": name,
                "shape": array.shape,
                "datatype": datatype_of(array),
                "parameters": {"binary_data_size": len(tail)},
            }
            for (name, array), tail in zip(inputs.items(), tails, strict=True)
        ],
        "parameters": {"binary_data_output": True},
    }
    if outputs:
        document["outputs"] = [{"name": name} for name in outputs]
    text = msgspec.json.encode(document)
    return text + b"".join(tails), len(text)


def decode_answer(body: bytes, json_length: int | None) -> dict[str, Array]:
    """Read an infer response; raises `PredictionFailed` when the server broke the protocol."""
    try:
        document = _body.decode(body if json_length is None else body[:json_length])
    except msgspec.MsgspecError as error:
        raise PredictionFailed(f"the answer is no infer response: {error}") from error
    tensors, position = {}, json_length or 0
    for one in document.outputs:
        size = one.parameters.binary_data_size if one.parameters else None
        if size is None:
            array = from_json(bytes(one.data), one.datatype, field=one.name)
        else:
            array = from_binary(body[position : position + size], one.datatype, field=one.name)
            position += size
        tensors[one.name] = reshaped(array, tuple(one.shape), field=one.name)
    return tensors
