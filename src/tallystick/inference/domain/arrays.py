"""Arrays in the bodies of requests and answers: JSON text and the binary tensor layout."""

from typing import Any

import msgspec
import numpy as np

from tallystick.inference.domain.decoding import decoded
from tallystick.inference.domain.tensors import DATATYPES, Array, datatype_of, elements_in
from tallystick.inference.errors import InvalidRequest
from tallystick.native import MalformedInput
from tallystick.native.inference import join_elements, render_tensor, scan_tensor, split_elements

__all__ = ["from_binary", "from_json", "reshaped", "to_binary", "to_json"]

_strings = msgspec.json.Decoder(list[Any])
_MAXIMUM_RANK = 32
"""Dimensions that an array may have, as the compiled core bounds those of numbers."""


def from_json(text: bytes, datatype: str, *, field: str) -> Array:
    """Read a JSON array, flat or nested; its shape is inferred. Errors start with `field` and the place in it."""
    if datatype == "BYTES":
        return _from_strings(text, field)
    try:
        data, shape = scan_tensor(text, datatype)
    except MalformedInput as error:
        raise InvalidRequest(f"{field}{error}") from error
    return np.frombuffer(data, DATATYPES[datatype]).reshape(shape)


def to_json(array: Array, *, nested: bool) -> bytes:
    """Write a JSON array, nested as its shape is or flat in row-major order; NaN is `null`."""
    shape = array.shape if nested else (array.size,)
    if array.dtype == np.object_:
        return msgspec.json.encode(array.reshape(shape).tolist())
    if array.dtype == np.float16:
        raise InvalidRequest("an FP16 output cannot be written as JSON; ask for it with binary_data")
    return render_tensor(array.tobytes(), datatype_of(array), shape)


def from_binary(data: bytes, datatype: str, *, field: str) -> Array:
    """Read the binary layout: little-endian elements, or length-prefixed ones of a BYTES tensor. The array is flat."""
    if datatype == "BYTES":
        try:
            elements = [element.decode() for element in split_elements(data)]
        except (MalformedInput, UnicodeDecodeError) as error:
            raise InvalidRequest(f"{field}: {error}") from error
        return np.array(elements, dtype=np.object_)
    size = DATATYPES[datatype].itemsize
    if len(data) % size:
        raise InvalidRequest(f"{field}: {len(data)} bytes are no whole number of {datatype} elements of {size} bytes")
    return np.frombuffer(data, DATATYPES[datatype])


def to_binary(array: Array) -> bytes:
    """Write the binary layout."""
    if array.dtype == np.object_:
        return join_elements([str(element).encode() for element in array.flat])
    return array.tobytes()


def reshaped(array: Array, shape: tuple[int, ...], *, field: str) -> Array:
    """Return a flat or already nested array in its declared shape, or raise `InvalidRequest` naming `field`."""
    if array.shape == shape:
        return array
    if array.ndim > 1:
        raise InvalidRequest(f"{field}.data: nested as {list(array.shape)}, but the shape says {list(shape)}")
    if array.size != elements_in(shape):
        raise InvalidRequest(
            f"{field}.data: {array.size} elements, but the shape {list(shape)} needs {elements_in(shape)}"
        )
    try:
        return array.reshape(shape)
    except (ValueError, OverflowError) as error:
        raise InvalidRequest(f"{field}.shape: {error}") from error


def _from_strings(text: bytes, field: str) -> Array:
    flat: list[str] = []
    shape = _flatten(decoded(_strings.decode, text, field), flat, field, rank=1)
    array = np.empty(len(flat), dtype=np.object_)
    array[:] = flat
    return array.reshape(shape)


def _flatten(value: list[Any], flat: list[str], place: str, *, rank: int) -> tuple[int, ...]:
    """Append the strings of `value`, which lies in `rank` arrays, in order and return its shape."""
    if rank > _MAXIMUM_RANK:
        raise InvalidRequest(f"{place}: more than {_MAXIMUM_RANK} dimensions")
    shapes = set()
    for index, element in enumerate(value):
        if isinstance(element, list):
            shapes.add(_flatten(element, flat, f"{place}[{index}]", rank=rank + 1))
        elif isinstance(element, str):
            flat.append(element)
            shapes.add(())
        else:
            raise InvalidRequest(f"{place}[{index}]: expected a string, found {element!r:.40}")
    if len(shapes) > 1:
        raise InvalidRequest(f"{place}: the array is ragged")
    return (len(value), *next(iter(shapes), ()))
