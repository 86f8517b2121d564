"""What the entity service's routes refuse before anything is kept."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.vocabulary.batch_linkage import Unit, clks
from tests.vocabulary.serving import served

from tallystick.linkage.batch.http import batch_routes
from tallystick.linkage.batch.settings import BatchSettings
from tallystick.platform.http import application

PROJECT = {"schema": {}, "result_type": "groups"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    unit = Unit(tmp_path)
    yield TestClient(application("linkage", unit.batch.routes))
    unit.close()


@pytest.mark.parametrize("count", [1001, 10**15])
def test_an_absurd_number_of_parties_is_refused(client: TestClient, count: int) -> None:
    answer = client.post("/api/v1/projects", json=PROJECT | {"number_parties": count})
    assert answer.status_code == 400
    assert answer.json()["detail"] == f"{count} is greater than the maximum of 1000 - 'number_parties'"
    assert client.get("/api/v1/status").json()["project_count"] == 0


def test_deleted_projects_are_not_listed(tmp_path: Path) -> None:
    with closing(Unit(tmp_path)) as unit:
        routes = batch_routes(unit.service, upload_limit=1 << 20, json_upload_limit=1 << 20, list_projects=True)
        client = TestClient(application("linkage", [routes]))
        kept, deleted = (client.post("/api/v1/projects", json=PROJECT).json() for _ in range(2))
        place = f"/api/v1/projects/{deleted['project_id']}"
        assert client.delete(place, headers={"authorization": deleted["result_token"]}).status_code == 204
        assert [project["project_id"] for project in client.get("/api/v1/projects").json()] == [kept["project_id"]]


def test_no_object_store_takes_uploads(client: TestClient) -> None:
    made = client.post("/api/v1/projects", json=PROJECT).json()
    place, header = f"/api/v1/projects/{made['project_id']}", {"authorization": made["update_tokens"][0]}
    asked = client.get(f"{place}/authorize-external-upload", headers=header)
    assert (asked.status_code, asked.json()["title"]) == (500, "Feature Disabled")
    outside = {"encodings": {"file": {"bucket": "uploads", "path": "north"}}}
    assert client.post(f"{place}/clks", json=outside, headers=header).status_code == 400


def test_who_may_not_upload_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with closing(Unit(tmp_path)) as unit, served(application("linkage", unit.batch.routes), tmp_path / "http") as _:
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(10)
        client.connect(str(tmp_path / "http"))
        head = b"POST /api/v1/projects/none/clks HTTP/1.1\r\nHost: a\r\nAuthorization: none\r\n"
        client.sendall(head + b"Content-Type: application/json\r\nContent-Length: 200000000\r\n\r\n")
        answer = client.recv(65536)
        client.close()
    assert answer.startswith(b"HTTP/1.1 403")


def test_a_json_upload_is_bounded(tmp_path: Path) -> None:
    with closing(Unit(tmp_path, BatchSettings(json_upload_limit=1000))) as unit:
        client = TestClient(application("linkage", unit.batch.routes))
        made = client.post("/api/v1/projects", json=PROJECT).json()
        place, header = f"/api/v1/projects/{made['project_id']}", {"authorization": made["update_tokens"][0]}
        assert client.post(f"{place}/clks", json=clks(0, 100), headers=header).status_code == 413
        sizes = {"hash-count": "100", "hash-size": "128", "content-type": "application/octet-stream"}
        answer = client.post(f"{place}/binaryclks", content=bytes(12800), headers=header | sizes)
        assert answer.status_code == 201


@pytest.mark.parametrize(
    ("wrong", "detail"),
    [
        ({"name": "a\0b"}, r"'a\x00b' holds a NUL - 'name'"),
        ({"schema": json.loads('{"a":' * 400 + "{}" + "}" * 400)}, "nested more than 100 deep - 'schema'"),
        ({"uses_blocking": ["x" * 5000]}, f"['{'x' * 998}... is not of type 'boolean' - 'uses_blocking'"),
    ],
)
def test_what_no_project_can_have_is_named(client: TestClient, wrong: dict[str, object], detail: str) -> None:
    answer = client.post("/api/v1/projects", json=PROJECT | wrong)
    assert (answer.status_code, answer.json()["detail"]) == (400, detail)


def test_a_body_is_not_echoed_whole(client: TestClient) -> None:
    answer = client.post("/api/v1/projects", json=["x" * 100_000])
    assert answer.status_code == 400
    assert len(answer.content) < 2000
    deep = {"content": "[" * 990 + "]" * 990, "headers": {"content-type": "application/json"}}
    assert client.post("/api/v1/projects", **deep).status_code == 400  # type: ignore[arg-type]


@pytest.mark.parametrize("key", ["00", "\u0660", "+0", "1", "-1", "1" * 5000, ""])
def test_blocks_are_named_by_index(client: TestClient, key: str) -> None:
    made = client.post("/api/v1/projects", json=PROJECT | {"uses_blocking": True}).json()
    header = {"authorization": made["update_tokens"][0]}
    body = {"encodings": ["AAAA"], "blocks": {key: ["a"]}}
    answer = client.post(f"/api/v1/projects/{made['project_id']}/clks", json=body, headers=header)
    assert (answer.status_code, answer.json()["detail"]) == (
        400,
        f"blocks[{key[:40]!r}] is not the index of one of 1 encodings",
    )
