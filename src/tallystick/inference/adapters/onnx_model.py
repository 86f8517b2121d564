"""ONNX models on ONNX Runtime; the signature comes from the model itself."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime
from onnxruntime.capi.onnxruntime_pybind11_state import InvalidArgument

from tallystick.inference.domain.tensors import ANY, Signature, Tensors, TensorSpec
from tallystick.inference.errors import InvalidRequest, ModelRefused, PredictionFailed

__all__ = ["OnnxModel"]

_DATATYPES = {
    "tensor(bool)": "BOOL",
    "tensor(uint8)": "UINT8",
    "tensor(uint16)": "UINT16",
    "tensor(uint32)": "UINT32",
    "tensor(uint64)": "UINT64",
    "tensor(int8)": "INT8",
    "tensor(int16)": "INT16",
    "tensor(int32)": "INT32",
    "tensor(int64)": "INT64",
    "tensor(float16)": "FP16",
    "tensor(float)": "FP32",
    "tensor(double)": "FP64",
    "tensor(string)": "BYTES",
}


class OnnxModel:
    """A session of ONNX Runtime; it may predict from several threads at once."""

    platform = "onnxruntime_onnx"

    def __init__(self, content: bytes, *, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise ModelRefused(f"the file is no ONNX model that can be loaded: {error}") from error
        self.signature = Signature(
            tuple(_spec(node) for node in self._session.get_inputs()),
            tuple(_spec(node) for node in self._session.get_outputs()),
        )

    def predict(self, inputs: Tensors, outputs: Sequence[str]) -> Tensors:
        """Run the graph."""
        try:
            arrays = self._session.run(list(outputs), inputs)
        except InvalidArgument as error:
            raise InvalidRequest(f"inputs: {error}") from error
        except Exception as error:
            raise PredictionFailed(f"{type(error).__name__}: {error}") from error
        return dict(zip(outputs, map(np.asarray, arrays), strict=True))


def _spec(node: Any) -> TensorSpec:  # noqa: ANN401 -- ONNX Runtime exports no name for it
    datatype = _DATATYPES.get(node.type)
    if datatype is None:
        raise ModelRefused(
            f"{node.name!r} is a {node.type}, which the protocols cannot carry; export the model with tensors alone"
            " (zipmap=False in skl2onnx)"
        )
    shape = tuple(length if isinstance(length, int) else ANY for length in node.shape)
    return TensorSpec(node.name, datatype, shape)
