"""A client that reads an API's description and tries everything finds no fault, but for what a reference demands.

What is left out for a reference's sake stands in docs/compatibility/, on that reference's page.
"""

import atexit
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import settings
from schemathesis.specs.openapi.checks import missing_required_header, positive_data_acceptance
from tests.vocabulary.models import doubling, manifest

from tallystick.inference import wiring as inference
from tallystick.inference.settings import InferenceSettings
from tallystick.linkage.batch import wiring as batch
from tallystick.linkage.batch.settings import BatchSettings
from tallystick.platform.auth import Tokens
from tallystick.platform.http import application
from tallystick.platform.wiring import PlatformSettings, open_platform
from tallystick.server.api import api
from tallystick.server.settings import loaded_settings
from tallystick.server.wiring import Organisation

SETTINGS = """
name = "everything"
[catalog]
[inference]
[linkage]
[registry]
database = "postgresql://nobody:secret@127.0.0.1:1/nothing"
schema = "schema.json"
linkage_secret = "planted"
record_key_secret = "planted"
[unit.linkages.study]
parties = ["north", "south"]
"""

HASHING = {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerFeature": 10}}
SCHEMA = {
    "version": 3,
    "clkConfig": {"l": 64, "kdf": {"type": "HKDF"}},
    "features": [{"identifier": "id", "format": {"type": "string"}, "hashing": HASHING}],
}

directory = Path(tempfile.mkdtemp(prefix="tally-described-"))
atexit.register(shutil.rmtree, directory, ignore_errors=True)


def organisation() -> Organisation:
    """Open an organisation that offers everything, and knows a file."""
    file = directory / "tally.toml"
    file.write_text(SETTINGS)
    (directory / "schema.json").write_text(json.dumps(SCHEMA))
    opened = Organisation(loaded_settings(file, {}).settings)
    opened.catalog.service.add(file)
    return opened


def linkage_alone() -> Any:
    """Make the entity service's application."""
    platform = open_platform(PlatformSettings(), directory / "linkage", [batch.BRANCH])
    return application("Linkage", batch.build_batch(BatchSettings(), platform, list_projects=True).routes)


def models_alone() -> Any:
    """Make the model server's application; it serves `double`."""
    platform = open_platform(PlatformSettings(), directory / "models", [inference.BRANCH])
    built = inference.build(InferenceSettings(), platform)
    (directory / "double.onnx").write_bytes(doubling())
    built.service.apply(manifest(directory / "double.onnx"))
    built.serving.synchronise()
    return built.door


everything = organisation()
token = Tokens(everything.platform.store).issue("tester", ["*"]).text.reveal()
# What lies below /v1/models and /v2 is passed on to the model server, which is held to its own description.
door = schemathesis.openapi.from_asgi("/openapi.json", api(everything)).exclude(path_regex="^/(v1/models|v2)")
entity_service = schemathesis.openapi.from_asgi("/openapi.json", linkage_alone())
model_server = schemathesis.openapi.from_asgi("/openapi.json", models_alone())


@door.auth()
class Bearer:
    """Speaks with a token that may do everything."""

    def get(self, _: object, __: object) -> str:
        return f"Bearer {token}"

    def set(self, case: schemathesis.Case[Any], data: str, _: object) -> None:
        case.headers["Authorization"] = data


def unsaid(case: schemathesis.Case[Any]) -> list[Any]:
    """Tell the checks that a reference's own contract breaks at an operation."""
    if case.path.startswith("/api/v1"):
        combined = case.path == "/api/v1/projects"  # which results many parties may have, no schema says
        return [missing_required_header, *([positive_data_acceptance] if combined else [])]
    configuring = case.path.startswith("/connect/") and case.method in ("POST", "PUT", "PATCH")
    return [positive_data_acceptance] if configuring else []


@door.parametrize()
@settings(max_examples=10, deadline=None, derandomize=True)
def test_an_organisations_door_has_no_fault(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate(excluded_checks=unsaid(case))


@entity_service.parametrize()
@settings(max_examples=10, deadline=None, derandomize=True)
def test_the_entity_service_has_no_fault(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate(excluded_checks=unsaid(case))


@model_server.parametrize()
@settings(max_examples=10, deadline=None, derandomize=True)
def test_the_model_server_has_no_fault(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate()
