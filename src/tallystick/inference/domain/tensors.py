"""Tensors and signatures: which arrays a model takes and gives, in the V2 protocol's terms."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.inference.errors import InvalidRequest

__all__ = ["ANY", "DATATYPES", "Array", "Signature", "TensorSpec", "Tensors", "datatype_of", "elements_in"]

type_of_datatype = {
    "BOOL": np.bool_,
    "UINT8": np.uint8,
    "UINT16": np.uint16,
    "UINT32": np.uint32,
    "UINT64": np.uint64,
    "INT8": np.int8,
    "INT16": np.int16,
    "INT32": np.int32,
    "INT64": np.int64,
    "FP16": np.float16,
    "FP32": np.float32,
    "FP64": np.float64,
    "BYTES": np.object_,
}
DATATYPES: Mapping[str, np.dtype[Any]] = {name: np.dtype(kind) for name, kind in type_of_datatype.items()}
"""The datatypes of the V2 protocol; a BYTES tensor is an object array of `str`."""

ANY = -1
"""A dimension of any length."""

Array = NDArray[Any]
Tensors = Mapping[str, Array]

_NAMES = {dtype: name for name, dtype in DATATYPES.items()}


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """A tensor that a model takes or gives; `ANY` stands for a free dimension."""

    name: str
    datatype: str
    shape: tuple[int, ...]

    def admits(self, shape: tuple[int, ...]) -> bool:
        """Say whether an array of this shape fits."""
        return len(shape) == len(self.shape) and all(
            own in (ANY, length) for own, length in zip(self.shape, shape, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Signature:
    """What a model takes and gives.

    A *lenient* model takes its single input under any name and in any numeric datatype, as scikit-learn does.
    """

    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    lenient: bool = False

    @property
    def output_names(self) -> list[str]:
        """The names of the outputs, in the model's order."""
        return [spec.name for spec in self.outputs]

    def check(self, name: str, array: Array, *, field: str) -> Array:
        """Return `array` as the input `name` of the model takes it, or raise `InvalidRequest` that names `field`."""
        spec = self.input(name, field=field)
        if array.dtype != DATATYPES[spec.datatype]:
            if not self.lenient or array.dtype == np.object_:
                raise InvalidRequest(
                    f"{field}.datatype: {datatype_of(array)}, but input {spec.name!r} takes {spec.datatype}"
                )
            array = array.astype(DATATYPES[spec.datatype])
        if not spec.admits(array.shape):
            raise InvalidRequest(
                f"{field}.shape: {list(array.shape)}, but input {spec.name!r} takes {list(spec.shape)}"
            )
        return array

    def input(self, name: str, *, field: str) -> TensorSpec:
        """Return the declaration of an input, or raise `InvalidRequest` that names `field` and the inputs there are."""
        if self.lenient:
            return self.inputs[0]
        for spec in self.inputs:
            if spec.name == name:
                return spec
        known = ", ".join(repr(spec.name) for spec in self.inputs)
        raise InvalidRequest(f"{field}.name: the model has no input {name!r}; it takes {known}")

    def require_all(self, given: Tensors) -> None:
        """Raise `InvalidRequest` naming an input that is missing."""
        for spec in self.inputs:
            if spec.name not in given:
                raise InvalidRequest(f"inputs: {spec.name!r} is missing")


def datatype_of(array: Array) -> str:
    """Return the V2 name of an array's element type."""
    return _NAMES[array.dtype]


def elements_in(shape: tuple[int, ...]) -> int:
    """Return how many elements an array of this shape holds."""
    return prod(shape)
