"""A client that reads the living linkages' description and tries everything finds no fault."""

import atexit
import shutil
import tempfile
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import settings

from tallystick.linkage.living.settings import LivingSettings
from tallystick.linkage.living.wiring import BRANCH, build_living
from tallystick.platform.auth import ANONYMOUS, AuthenticationError, Principal
from tallystick.platform.http import Request, application
from tallystick.platform.wiring import PlatformSettings, open_platform

TOKEN = "Bearer sample"


class Door:
    def identify(self, request: Request[Any], /) -> Principal:
        match request.headers.get("authorization"):
            case None:
                return ANONYMOUS
            case given if given == TOKEN:
                return Principal(name="sample", scopes=frozenset({"linkage:*"}), how="token")
            case _:
                raise AuthenticationError("the token is not one of ours")


directory = Path(tempfile.mkdtemp(prefix="tally-living-"))
atexit.register(shutil.rmtree, directory, ignore_errors=True)
living = build_living(LivingSettings(), open_platform(PlatformSettings(), directory, [BRANCH]))
living.service.create("study", parties=["north", "south"], threshold=0.7)
schema = schemathesis.openapi.from_asgi("/openapi.json", application("unit", [living.routes], auth=Door()))


@schema.auth()
class Bearer:
    def get(self, _: object, __: object) -> str:
        return TOKEN

    def set(self, case: schemathesis.Case[Any], data: str, _: object) -> None:
        case.headers["Authorization"] = data


@schema.parametrize()
@settings(max_examples=30, deadline=None)
def test_no_fault_is_found(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate()
