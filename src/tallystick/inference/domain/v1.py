"""The V1 protocol: `instances` in, `predictions` out."""

import msgspec
import numpy as np

from tallystick.inference.domain.arrays import from_json, to_json
from tallystick.inference.domain.decoding import decoded
from tallystick.inference.domain.tensors import Array, Signature, Tensors
from tallystick.inference.errors import InvalidRequest

__all__ = ["decode_instances", "encode_predictions"]

_NOTHING = msgspec.Raw()


class _Body(msgspec.Struct):
    instances: msgspec.Raw = _NOTHING
    inputs: msgspec.Raw = _NOTHING


_body = msgspec.json.Decoder(_Body)
_values = msgspec.json.Decoder(list[msgspec.Raw])
_rows = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])
_columns = msgspec.json.Decoder(dict[str, msgspec.Raw])


def decode_instances(body: bytes, signature: Signature) -> Tensors:
    """Read `{"instances": [...]}` or `{"inputs": ...}` into the model's inputs.

    Instances are rows of numbers for a model of one input, or `{input: value}` objects; `inputs` may also be one
    `{input: column}` object.
    """
    document = decoded(_body.decode, body, "Unrecognized request format")
    field = "instances" if len(document.instances) else "inputs"
    value = bytes(getattr(document, field)).lstrip()
    match value[:1]:
        case b"":
            raise InvalidRequest('Expected "instances" or "inputs" in the request')
        case b"{" if field == "inputs":
            return _from_columns(value, signature)
        case b"[" if value[1:].lstrip()[:1] == b"{":
            return _from_rows(value, field, signature)
        case b"[":
            return _from_array(value, field, signature)
    raise InvalidRequest(f'Expected "{field}" to be a list')


def encode_predictions(outputs: Tensors) -> bytes:
    """Write `{"predictions": [...]}`: rows of the single output, or one `{output: value}` object a row."""
    if len(outputs) == 1:
        (only,) = outputs.values()
        return b'{"predictions":' + to_json(only, nested=True) + b"}"
    lengths = {array.shape[:1] for array in outputs.values()}
    if len(lengths) > 1 or () in lengths:
        shapes = ", ".join(f"{name!r} {list(array.shape)}" for name, array in outputs.items())
        raise InvalidRequest(f"predictions: V1 gives one object a row, but the outputs are {shapes}; ask over V2")
    columns = [_values.decode(to_json(array, nested=True)) for array in outputs.values()]
    rows = [dict(zip(outputs, row, strict=True)) for row in zip(*columns, strict=True)]
    return msgspec.json.encode({"predictions": rows})


def _from_array(value: bytes, field: str, signature: Signature) -> Tensors:
    if len(signature.inputs) > 1:
        names = ", ".join(repr(spec.name) for spec in signature.inputs)
        raise InvalidRequest(f"{field}: the model has several inputs; send objects with the members {names}")
    (spec,) = signature.inputs
    array = from_json(value, spec.datatype, field=field)
    return {spec.name: signature.check(spec.name, array, field=field)}


def _from_columns(value: bytes, signature: Signature) -> Tensors:
    columns = decoded(_columns.decode, value, "inputs")
    return _checked({name: (f"inputs.{name}", [raw]) for name, raw in columns.items()}, signature, whole=True)


def _from_rows(value: bytes, field: str, signature: Signature) -> Tensors:
    rows = decoded(_rows.decode, value, field)
    columns: dict[str, tuple[str, list[msgspec.Raw]]] = {name: (f"{field}[].{name}", []) for name in rows[0]}
    for index, row in enumerate(rows):
        if row.keys() != columns.keys():
            raise InvalidRequest(f"{field}[{index}]: its members differ from those of {field}[0]")
        for name, raw in row.items():
            columns[name][1].append(raw)
    return _checked(columns, signature, whole=False)


def _checked(
    columns: dict[str, tuple[str, list[msgspec.Raw]]], signature: Signature, *, whole: bool
) -> dict[str, Array]:
    tensors = {}
    for name, (field, parts) in columns.items():
        spec = signature.input(name, field=field)
        value = bytes(parts[0]) if whole else b"[" + b",".join(parts) + b"]"
        array = from_json(value, spec.datatype, field=field)
        if not whole and array.ndim == 1 and len(spec.shape) == 2:
            array = np.expand_dims(array, 1)
        tensors[spec.name] = signature.check(name, array, field=field)
    signature.require_all(tensors)
    return tensors
