"""The InferenceService document of KServe (`serving.kserve.io/v1beta1`), for a single predictor."""

import re
from typing import Any

import msgspec

from tallystick.inference.errors import InvalidManifest

__all__ = ["FORMATS", "Manifest", "parse_manifest"]

FORMATS = ("onnx", "sklearn")
"""The model formats that have an engine here."""

_KIND = ("serving.kserve.io/v1beta1", "InferenceService")
_NAME = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_LEGACY = frozenset(
    ("huggingface", "lightgbm", "onnx", "paddle", "pmml", "pytorch", "sklearn", "tensorflow", "triton", "xgboost")
)
# What a cluster would do with these has no meaning for a process on this machine, and no answer depends on it.
_WITHOUT_EFFECT = frozenset(
    (
        "affinity",
        "annotations",
        "deploymentStrategy",
        "labels",
        "maxReplicas",
        "minReplicas",
        "nodeSelector",
        "scaleMetric",
        "scaleTarget",
        "serviceAccountName",
        "tolerations",
    )
)
_MODEL_WITHOUT_EFFECT = frozenset(("env", "image", "name", "protocolVersion", "resources", "runtime", "runtimeVersion"))


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A service as somebody wants it: a name, a model format and where the model's files are."""

    name: str
    format: str
    storage_uri: str
    annotations: dict[str, str] = {}


def parse_manifest(document: object) -> Manifest:
    """Read an InferenceService; a field that is wrong, or that asks for what is not served here, is named.

    >>> parse_manifest({
    ...     "apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService", "metadata": {"name": "iris"},
    ...     "spec": {"predictor": {"model": {"modelFormat": {"name": "onnx"}, "storageUri": "file:///models/iris"}}},
    ... }).format
    'onnx'
    """
    root = _mapping(document, "the document")
    _check_kind(root)
    metadata = _mapping(root.get("metadata"), "metadata")
    spec = _mapping(root.get("spec"), "spec")
    _refuse_members(spec, "spec", known={"predictor"})
    predictor = _mapping(spec.get("predictor"), "spec.predictor")
    path, model_format, model = _implementation(predictor)
    return Manifest(
        name=_service_name(metadata),
        format=_known_format(model_format, path),
        storage_uri=_storage_uri(model, path),
        annotations=_annotations(metadata),
    )


def _check_kind(root: dict[str, Any]) -> None:
    for field, expected in zip(("apiVersion", "kind"), _KIND, strict=True):
        if root.get(field) != expected:
            raise InvalidManifest(f"{field}: expected {expected}, found {root.get(field)!r:.60}")


def _service_name(metadata: dict[str, Any]) -> str:
    name = _text(metadata.get("name"), "metadata.name")
    if not _NAME.fullmatch(name) or len(name) > 63:
        raise InvalidManifest(
            f"metadata.name: {name!r:.80} must be up to 63 lower-case letters, digits and '-', a letter first"
        )
    if metadata.get("namespace", "default") != "default":
        raise InvalidManifest(f"metadata.namespace: {metadata['namespace']!r:.60}; only 'default' is served")
    return name


def _annotations(metadata: dict[str, Any]) -> dict[str, str]:
    annotations = _mapping(metadata.get("annotations") or {}, "metadata.annotations")
    return {name: _text(value, f"metadata.annotations.{name}") for name, value in annotations.items()}


def _implementation(predictor: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """Return the path, the format's name and the body of the predictor's one implementation."""
    found = [member for member in predictor if member == "model" or member in _LEGACY]
    if "containers" in predictor:
        raise InvalidManifest("spec.predictor.containers: custom containers are not served here")
    if len(found) != 1:
        raise InvalidManifest(f"spec.predictor: expected exactly one of model or {', '.join(sorted(_LEGACY))}")
    (member,) = found
    _refuse_members(predictor, "spec.predictor", known=_WITHOUT_EFFECT | {member})
    path = f"spec.predictor.{member}"
    model = _mapping(predictor[member], path)
    if member != "model":
        return path, member, model
    model_format = _mapping(model.get("modelFormat"), f"{path}.modelFormat")
    return path, _text(model_format.get("name"), f"{path}.modelFormat.name"), model


def _known_format(name: str, path: str) -> str:
    if name not in FORMATS:
        field = f"{path}.modelFormat.name" if path.endswith(".model") else path
        raise InvalidManifest(f"{field}: {name!r:.60} has no engine here; expected one of {', '.join(FORMATS)}")
    return name


def _storage_uri(model: dict[str, Any], path: str) -> str:
    _refuse_members(model, path, known=_MODEL_WITHOUT_EFFECT | {"modelFormat", "storageUri"})
    return _text(model.get("storageUri"), f"{path}.storageUri")


def _refuse_members(mapping: dict[str, Any], path: str, known: set[str] | frozenset[str]) -> None:
    for member in mapping:
        if member not in known:
            raise InvalidManifest(f"{path}.{member}: not served here")


def _mapping(value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidManifest(f"{path}: expected an object, found {_kind_of(value)}")
    return value


def _text(value: object, path: str) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidManifest(f"{path}: expected a text, found {_kind_of(value)}")
    return value


def _kind_of(value: object) -> str:
    return "nothing" if value is None else f"{value!r:.60}"
