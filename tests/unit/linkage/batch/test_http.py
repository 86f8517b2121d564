"""What the entity service's routes refuse before anything is kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.vocabulary.batch_linkage import Unit

from tallystick.platform.http import application


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    unit = Unit(tmp_path)
    yield TestClient(application("linkage", unit.batch.routes))
    unit.close()


@pytest.mark.parametrize("count", [1001, 10**15])
def test_an_absurd_number_of_parties_is_refused(client: TestClient, count: int) -> None:
    project = {"schema": {}, "result_type": "groups", "number_parties": count}
    answer = client.post("/api/v1/projects", json=project)
    assert answer.status_code == 400
    assert answer.json()["detail"] == f"{count} is greater than the maximum of 1000 - 'number_parties'"
    assert client.get("/api/v1/status").json()["project_count"] == 0
