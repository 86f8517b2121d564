"""The port that every model engine implements."""

from collections.abc import Sequence
from typing import Protocol

from tallystick.inference.domain.tensors import Signature, Tensors

__all__ = ["Model"]


class Model(Protocol):
    """A revision in memory, ready to predict from several threads at once."""

    @property
    def platform(self) -> str:
        """What V2 metadata calls the engine and the file format, such as `onnxruntime_onnx`."""
        ...

    @property
    def signature(self) -> Signature:
        """Which tensors the model takes and gives."""
        ...

    def predict(self, inputs: Tensors, outputs: Sequence[str]) -> Tensors:
        """Return the named outputs, in that order; raises `InvalidRequest` or `PredictionFailed`."""
        ...
