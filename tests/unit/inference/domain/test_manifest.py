from typing import Any

import pytest
import yaml

from tallystick.inference.domain.manifest import Manifest, parse_manifest
from tallystick.inference.errors import InvalidManifest

IRIS = """
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: iris, annotations: {owner: unit}}
spec:
  predictor:
    minReplicas: 1
    model:
      modelFormat: {name: sklearn, version: "1"}
      protocolVersion: v2
      runtime: kserve-sklearnserver
      storageUri: file:///models/iris
      resources: {requests: {cpu: 100m}}
"""


def document() -> Any:
    return yaml.safe_load(IRIS)


def test_a_single_predictor_is_read() -> None:
    assert parse_manifest(document()) == Manifest(
        name="iris", format="sklearn", storage_uri="file:///models/iris", annotations={"owner": "unit"}
    )


def test_a_legacy_framework_is_a_format() -> None:
    wanted = document()
    wanted["spec"]["predictor"] = {"onnx": {"storageUri": "file:///m"}}
    assert parse_manifest(wanted).format == "onnx"


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        ("apiVersion", "v1", "apiVersion: expected serving.kserve.io/v1beta1, found 'v1'"),
        ("kind", None, "kind: expected InferenceService, found None"),
        ("metadata", None, "metadata: expected an object, found nothing"),
        ("metadata.name", "Iris", "metadata.name: 'Iris' must be up to 63 lower-case letters"),
        ("metadata.name", "a" * 64, "metadata.name: "),
        ("metadata.namespace", "prod", "metadata.namespace: 'prod'; only 'default' is served"),
        ("spec.transformer", {}, "spec.transformer: not served here"),
        ("spec.explainer", {}, "spec.explainer: not served here"),
        ("spec.predictor.logger", {}, "spec.predictor.logger: not served here"),
        ("spec.predictor.batcher", {}, "spec.predictor.batcher: not served here"),
        ("spec.predictor", {}, "spec.predictor: expected exactly one of model or huggingface, "),
        ("spec.predictor.sklearn", {}, "spec.predictor: expected exactly one of model or huggingface, "),
        ("spec.predictor.containers", [], "spec.predictor.containers: custom containers are not served here"),
        ("spec.predictor.canaryTrafficPercent", 10, "spec.predictor.canaryTrafficPercent: not served here"),
        ("spec.predictor.model.modelFormat", None, "spec.predictor.model.modelFormat: expected an object"),
        (
            "spec.predictor.model.modelFormat.name",
            "pmml",
            "spec.predictor.model.modelFormat.name: 'pmml' has no engine",
        ),
        ("spec.predictor.model.storageUri", None, "spec.predictor.model.storageUri: expected a text, found nothing"),
        ("spec.predictor.model.storage", {}, "spec.predictor.model.storage: not served here"),
    ],
)
def test_a_wrong_field_is_named(path: str, value: object, text: str) -> None:
    wanted = document()
    *parents, last = path.split(".")
    place = wanted
    for parent in parents:
        place = place[parent]
    place[last] = value
    with pytest.raises(InvalidManifest) as caught:
        parse_manifest(wanted)
    assert str(caught.value).startswith(text)


@pytest.mark.parametrize("wrong", [None, [], "text", 3])
def test_what_is_no_document_is_refused(wrong: object) -> None:
    with pytest.raises(InvalidManifest, match="the document: expected an object"):
        parse_manifest(wrong)
