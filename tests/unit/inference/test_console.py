from pathlib import Path

from starlette.testclient import TestClient
from tests.vocabulary.models import doubling, manifest

from tallystick.inference.settings import InferenceSettings
from tallystick.inference.wiring import BRANCH, build
from tallystick.platform.auth import Logins
from tallystick.platform.http import EVERYONE, application
from tallystick.platform.web import console
from tallystick.platform.wiring import PlatformSettings, open_platform


def test_models_are_listed_with_what_is_wrong_with_them(tmp_path: Path) -> None:
    platform = open_platform(PlatformSettings(), tmp_path / "data", [BRANCH])
    inference = build(InferenceSettings(), platform)
    client = TestClient(application("unit", [console("Unit", inference.pages, Logins(platform.store))], auth=EVERYONE))
    assert "No model yet" in client.get("/models").text
    for content in (doubling(), b"broken"):
        (tmp_path / "model.onnx").write_bytes(content)
        inference.service.apply(manifest(tmp_path / "model.onnx"))
        inference.serving.synchronise()
    page = client.get("/models").text
    assert "double" in page
    assert "no ONNX model" in page
    platform.close()
