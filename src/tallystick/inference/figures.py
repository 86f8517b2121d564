"""What a model server counts. The three histograms have the names that dashboards of KServe ask for."""

from time import perf_counter
from types import TracebackType
from typing import Protocol, Self

from tallystick.inference.errors import InferenceError, status_of
from tallystick.platform.telemetry import metrics

__all__ = ["LOADS", "SERVING_VERSION", "Exchange", "ModelFigures"]

_BUCKETS = (0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
_MODEL = ["model_name"]

_decoding = metrics.histogram("request_preprocess_seconds", "Reading a request's tensors.", _MODEL, buckets=_BUCKETS)
_prediction = metrics.histogram("request_predict_seconds", "Waiting and predicting.", _MODEL, buckets=_BUCKETS)
_encoding = metrics.histogram("request_postprocess_seconds", "Writing the answer.", _MODEL, buckets=_BUCKETS)
_requests = metrics.counter("tallystick_inference_requests", "Predictions asked for.", [*_MODEL, "protocol", "code"])

LOADS = metrics.counter("tallystick_inference_loads", "Revisions loaded or refused.", [*_MODEL, "result"])
SERVING_VERSION = metrics.gauge("tallystick_inference_serving_version", "Version that a model serves.", _MODEL)


class Observer(Protocol):
    """A histogram whose labels are resolved."""

    def observe(self, amount: float, /) -> None:
        """Book one value."""
        ...


class ModelFigures:
    """The figures of one model, their labels resolved once."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.decoding = _decoding.labels(name)
        self.prediction = _prediction.labels(name)
        self.encoding = _encoding.labels(name)
        self._answered = {protocol: _requests.labels(name, protocol, "200") for protocol in ("v1", "v2")}

    def count(self, protocol: str, error: BaseException | None) -> None:
        """Count one request by the status that its error becomes."""
        if error is None:
            self._answered[protocol].inc()
        else:
            status = status_of(error) if isinstance(error, InferenceError) else 500
            _requests.labels(self._name, protocol, str(status)).inc()


class Exchange:
    """One request and its answer: `lap` times the phase that ends now, the end counts the whole."""

    __slots__ = ("_figures", "_protocol", "_since")

    def __init__(self, figures: ModelFigures, protocol: str) -> None:
        self._figures = figures
        self._protocol = protocol

    def __enter__(self) -> Self:
        self._since = perf_counter()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._figures.count(self._protocol, error)

    def lap(self, histogram: Observer) -> None:
        """Book the time since the last lap."""
        now = perf_counter()
        histogram.observe(now - self._since)
        self._since = now
