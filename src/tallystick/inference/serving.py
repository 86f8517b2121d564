"""The models in this process's memory, kept in step with the durable list of services."""

import threading
from collections.abc import Sequence
from time import perf_counter

import msgspec

from tallystick.inference.domain.model import Model
from tallystick.inference.domain.revision import Revision, Service
from tallystick.inference.domain.tensors import Tensors
from tallystick.inference.errors import ContentsUnavailable, ModelNotFound, ModelNotReady, ModelRefused
from tallystick.inference.figures import LOADS, SERVING_VERSION, ModelFigures
from tallystick.inference.ports import Load, Services
from tallystick.platform.telemetry import logger

__all__ = ["Serving", "ServingModel"]

log = logger(__name__)


class ServingModel:
    """A revision in memory under its service's name, and what a prediction of it costs."""

    def __init__(self, name: str, version: int, revision: Revision, model: Model) -> None:
        self.name = name
        self.version = version
        self.revision = revision
        self.model = model
        self.signature = model.signature
        self.answer_prefix = msgspec.json.encode({"model_name": name, "model_version": str(version)})[:-1]
        self.figures = ModelFigures(name)
        self._element_s: float | None = None

    def expected_s(self, elements: int) -> float:
        """Estimate how long a prediction from so many elements takes; a model that never predicted may take for ever.

        Rows would not tell: one may be an image, and the next a larger one.
        """
        return float("inf") if self._element_s is None else self._element_s * max(elements, 1)

    def predict(self, inputs: Tensors, outputs: Sequence[str]) -> Tensors:
        """Predict, and remember what it cost."""
        start = perf_counter()
        answer = self.model.predict(inputs, outputs)
        element_s = (perf_counter() - start) / max(elements_of(inputs), 1)
        self._element_s = element_s if self._element_s is None else 0.9 * self._element_s + 0.1 * element_s
        return answer


def elements_of(inputs: Tensors) -> int:
    """Return how many elements the tensors hold together."""
    return sum(array.size for array in inputs.values())


class Serving:
    """What this process serves. `synchronise` follows the list of services; `find` is what requests ask."""

    def __init__(self, services: Services, load: Load) -> None:
        self._services = services
        self._load = load
        self._models: dict[str, ServingModel] = {}
        self._known: dict[str, Service] = {}
        self._attempted: dict[str, str] = {}
        self._listed = False

    @property
    def ready(self) -> bool:
        """Whether every service has a model in memory."""
        return self._listed and self._known.keys() == self._models.keys()

    def names(self) -> list[str]:
        """Return the services' names, ready or not."""
        return list(self._known)

    def find(self, name: str, version: str | None = None) -> ServingModel:
        """Return the model that answers for a service; raises `ModelNotFound` or `ModelNotReady`."""
        model = self._models.get(name)
        if model is None:
            if name in self._known or not self._listed:
                raise ModelNotReady(f"Model with name {name} is not ready.")
            raise ModelNotFound(f"Model with name {name} does not exist.")
        if version is not None and version != str(model.version):
            raise ModelNotFound(f"Model with name {name} has no version {version:.40}; it serves {model.version}.")
        return model

    def synchronise(self) -> None:
        """Load what is newly desired and drop what is gone; a revision that fails leaves the previous one serving."""
        services = {service.name: service for service in self._services.all()}
        for name in self._models.keys() - services.keys():
            del self._models[name]
            self._attempted.pop(name, None)
        self._known = services
        self._listed = True
        for service in services.values():
            if self._attempted.get(service.name) != service.desired.id:
                self._attempt(service)

    def follow(self, stop: threading.Event, *, every_s: float) -> None:
        """Synchronise again and again until `stop` is set."""
        while True:
            try:
                self.synchronise()
            except Exception as error:  # noqa: BLE001 -- a store that is away for a moment must not end what serves
                log.warning("services unreadable", error=str(error))
            if stop.wait(every_s):
                return

    def _attempt(self, service: Service) -> None:
        """Try a desired revision once, or again at the next look when its files cannot be read now."""
        try:
            self._bring(service)
        except ContentsUnavailable as error:
            log.warning("model files unreadable", service=service.name, error=str(error))
        else:
            self._attempted[service.name] = service.desired.id

    def _bring(self, service: Service) -> None:
        if service.name not in self._models and service.serving and service.serving != service.desired:
            self._serve(service.name, service.serving_version, service.serving)
        refusal = self._serve(service.name, service.version, service.desired)
        if refusal is None:
            self._services.record_serving(service)
        else:
            self._services.record_failure(service, str(refusal))

    def _serve(self, name: str, version: int, revision: Revision) -> ModelRefused | None:
        """Load a revision and put it in the place of the one before; or leave that, and return why."""
        try:
            model = self._load(revision)
        except ModelRefused as error:
            LOADS.labels(name, "refused").inc()
            log.warning("model refused", service=name, revision=revision.id, error=str(error))
            return error
        self._models[name] = ServingModel(name, version, revision, model)
        LOADS.labels(name, "loaded").inc()
        SERVING_VERSION.labels(name).set(version)
        log.info("model serving", service=name, revision=revision.id, version=version)
        return None
