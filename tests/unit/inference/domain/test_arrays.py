import numpy as np
import pytest

from tallystick.inference.domain.arrays import from_binary, from_json, reshaped, to_binary, to_json
from tallystick.inference.errors import InvalidRequest


def test_fp32_is_written_as_its_shortest_text() -> None:
    assert to_json(np.array([0.1, 1e-7, 3], np.float32), nested=False) == b"[0.1,1e-7,3.0]"


def test_nan_and_infinity_are_null() -> None:
    assert to_json(np.array([np.nan, np.inf, -np.inf]), nested=False) == b"[null,null,null]"


def test_nested_is_as_the_shape_says() -> None:
    array = np.arange(4, dtype=np.int64).reshape(2, 1, 2)
    assert to_json(array, nested=True) == b"[[[0,1]],[[2,3]]]"
    assert to_json(array, nested=False) == b"[0,1,2,3]"


def test_an_array_of_no_rows_is_written_and_read() -> None:
    text = to_json(np.zeros((0, 3), np.float32), nested=True)
    assert from_json(text, "FP32", field="x").size == 0


def test_text_is_nested_too() -> None:
    array = from_json('[["a"], ["ß"]]'.encode(), "BYTES", field="x")
    assert (array.shape, array.tolist()) == ((2, 1), [["a"], ["ß"]])
    assert to_json(array, nested=True) == '[["a"],["ß"]]'.encode()


@pytest.mark.parametrize(
    "text",
    [b'["a", 1]', b'["a", ["b"]]', b"[" * 33 + b'"a"' + b"]" * 33, b"[" * 100_000, b'[["a"], ["b", "c"]]', b"[", b"{}"],
)
def test_wrong_text_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidRequest, match=r"^x"):
        from_json(text, "BYTES", field="x")


def test_fp16_goes_out_in_binary_alone() -> None:
    half = np.array([1.5], np.float16)
    assert from_binary(to_binary(half), "FP16", field="x").tolist() == [1.5]
    with pytest.raises(InvalidRequest, match="binary_data"):
        to_json(half, nested=False)


def test_binary_text_must_be_utf_8() -> None:
    with pytest.raises(InvalidRequest, match=r"^x: "):
        from_binary(b"\x01\0\0\0\xff", "BYTES", field="x")


def test_a_strided_array_is_written_in_row_major_order() -> None:
    transposed = np.arange(4, dtype=np.int8).reshape(2, 2).T
    assert to_json(transposed, nested=True) == b"[[0,2],[1,3]]"
    assert to_binary(transposed) == bytes([0, 2, 1, 3])


def test_a_shape_that_does_not_fit_is_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"x.data: 3 elements, but the shape \[2, 2\] needs 4"):
        reshaped(np.zeros(3), (2, 2), field="x")
