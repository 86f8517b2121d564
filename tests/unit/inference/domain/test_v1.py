"""Predictions of the V1 protocol."""

import numpy as np
import pytest

from tallystick.inference.domain.tensors import Array
from tallystick.inference.domain.v1 import encode_predictions
from tallystick.inference.errors import InvalidRequest

Y = np.array([0.1, 0.2], np.float32)


def test_one_output_gives_a_value_a_row() -> None:
    assert encode_predictions({"y": Y}) == b'{"predictions":[0.1,0.2]}'


def test_several_outputs_give_an_object_a_row() -> None:
    outputs = {"y": Y, "words": np.array([["a", "b"], ["c", "d"]], object)}
    assert encode_predictions(outputs) == (b'{"predictions":[{"y":0.1,"words":["a","b"]},{"y":0.2,"words":["c","d"]}]}')


def test_no_rows_are_no_predictions() -> None:
    assert encode_predictions({"y": Y[:0], "z": Y[:0]}) == b'{"predictions":[]}'


@pytest.mark.parametrize(
    ("other", "shape"), [(np.float32(1), r"\[\]"), (Y[:1], r"\[1\]"), (np.ones((3, 2)), r"\[3, 2\]")]
)
def test_outputs_that_have_no_value_for_each_row_are_refused(other: Array, shape: str) -> None:
    with pytest.raises(InvalidRequest, match=rf"'y' \[2\], 'z' {shape}; ask over V2"):
        encode_predictions({"y": Y, "z": np.asarray(other)})


def test_two_scalars_are_no_rows() -> None:
    with pytest.raises(InvalidRequest, match="ask over V2"):
        encode_predictions({"y": np.asarray(np.float32(1)), "z": np.asarray(np.float32(1))})
