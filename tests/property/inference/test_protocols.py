"""Tensors survive the way to the model and back; anything else is answered with a refusal."""

import json
from contextlib import suppress
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tallystick.inference.domain.tensors import ANY, DATATYPES, Array, Signature, TensorSpec, datatype_of
from tallystick.inference.domain.v1 import decode_instances, encode_predictions
from tallystick.inference.domain.v2 import decode_request, encode_answer
from tallystick.inference.domain.v2_client import decode_answer, encode_request
from tallystick.inference.errors import InvalidRequest

SHAPES = arrays.array_shapes(max_dims=3, max_side=4)
NUMBERS = st.sampled_from([dtype for name, dtype in DATATYPES.items() if name != "BYTES"]).flatmap(
    lambda dtype: arrays.arrays(dtype, SHAPES, elements=arrays.from_dtype(dtype, allow_nan=False, allow_infinity=False))
)
TEXTS = arrays.arrays(np.object_, SHAPES, elements=st.text(max_size=5))
ARRAYS = NUMBERS | TEXTS
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["x", "name", "data"]), inner, max_size=3)
    ),
    max_leaves=12,
)

PAIRS = Signature((TensorSpec("x", "FP32", (ANY, 2)),), (TensorSpec("x", "FP32", (ANY, 2)),))


def signature_of(array: Array) -> Signature:
    spec = TensorSpec("x", datatype_of(array), (ANY,) * array.ndim)
    return Signature((spec,), (spec,))


@given(array=ARRAYS)
def test_a_binary_tensor_survives_the_round_trip(array: Array) -> None:
    body, length = encode_request({"x": array}, [])
    request = decode_request(body, length, signature_of(array))
    np.testing.assert_array_equal(request.inputs["x"], array)
    answer = encode_answer(b'{"model_name":"m"', request, request.inputs)
    np.testing.assert_array_equal(decode_answer(answer.body, answer.json_length)["x"], array)


@given(array=ARRAYS.filter(lambda array: array.dtype != np.float16))
def test_a_json_tensor_survives_the_round_trip(array: Array) -> None:
    signature = signature_of(array)
    predictions = encode_predictions({"x": array})
    inputs = decode_instances(predictions.replace(b"predictions", b"instances", 1), signature)
    np.testing.assert_array_equal(inputs["x"], array)


@given(body=st.binary(max_size=60), length=st.none() | st.integers(0, 80), array=ARRAYS)
def test_any_bytes_are_answered(body: bytes, length: int | None, array: Array) -> None:
    with suppress(InvalidRequest):
        decode_request(body, length, signature_of(array))
    with suppress(InvalidRequest):
        decode_instances(body, signature_of(array))


@given(data=JSON, shape=st.lists(st.integers(-1, 4), max_size=3), datatype=st.sampled_from([*DATATYPES, "other"]))
def test_any_json_is_answered(data: Any, shape: list[int], datatype: str) -> None:
    tensor = {"name": "x", "shape": shape, "datatype": datatype, "data": data}
    for body in ({"inputs": [tensor]}, {"inputs": data}, {"instances": data}):
        text = json.dumps(body).encode()
        with suppress(InvalidRequest):
            decode_request(text, None, PAIRS)
        with suppress(InvalidRequest):
            decode_instances(text, PAIRS)
