"""Exchanges recorded from the anonlink entity service, replayed in order against ours.

`DIFFERENT` names each exchange whose answer differs, with the line of docs/compatibility/linkage.md that says why.
"""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.vocabulary.recordings import Replay

from tallystick.linkage.batch.server import serve_batch
from tallystick.linkage.batch.settings import BatchSettings
from tallystick.linkage.batch.wiring import BRANCH, build_batch
from tallystick.platform.wiring import PlatformSettings, open_platform

FOLDER = Path(__file__).with_name("recordings")
EXCHANGES = json.loads((FOLDER / "exchanges.json").read_text())["exchanges"]

DIFFERENT = {
    "interface description": "the description is served at /openapi.json",
    "projects by OPTIONS": "CORS preflight",
    "unknown path beside the API": "no static pages",
    "describe: project yes": "uses_blocking must be a boolean",
    "upload: two shapes at once": "two shapes at once",
    "upload s64_1.clks.json as party 1 of p2": "charset in the content type",
    "status: receipt token of permutations": "charset in the content type",
    "result: permutation of party 1": "charset in the content type",
}

LEFT_OUT = {"status of rord until it is completed": "every encoding needs its entry in blocks"}


def is_replayed(exchange: dict[str, Any]) -> bool:
    """Tell whether an exchange is not about uploads to, or results in, an object store."""
    request, name = exchange["request"], exchange["name"]
    external = {"e2", "eb", "ei", "en"} & {hole.split(".")[0] for hole in request["path"].split("{")[1:]}
    addressed = "address" in name and "groups" not in name and exchange["response"]["status"] == 200
    return not (external or "object_store" in request or addressed or "external" in name or name in LEFT_OUT)


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    """Serve linkage on a free port."""
    platform = open_platform(PlatformSettings(), tmp_path_factory.mktemp("linkage"), [BRANCH])
    capability = build_batch(BatchSettings(), platform, list_projects=True)
    stop, listening, bound = threading.Event(), threading.Event(), list[str]()

    def ready(address: str) -> None:
        bound.append(address)
        listening.set()

    server = threading.Thread(
        target=serve_batch,
        args=(capability, platform),
        kwargs={"listen": "127.0.0.1:0", "ready": ready, "stop": stop},
    )
    server.start()
    assert listening.wait(10)
    yield Replay(bound[0], "/api/v1", FOLDER)
    stop.set()
    server.join()
    platform.close()


@pytest.mark.parametrize("exchange", [*filter(is_replayed, EXCHANGES)], ids=lambda exchange: exchange["name"])
def test_the_answer_is_the_references(replay: Replay, exchange: dict[str, Any]) -> None:
    difference = replay.difference(exchange)
    assert (difference is not None) == (exchange["name"] in DIFFERENT), difference
