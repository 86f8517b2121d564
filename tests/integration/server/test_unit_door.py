"""What a linkage unit's `tally up` answers at its TLS door, beside living linkages."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing

import pysqlite3
import pytest
from tests.vocabulary.batch_linkage import clks
from tests.vocabulary.organisations import TALLY, Upped
from tests.vocabulary.processes import eventually

from tallystick.platform.jobs import JobState

SETTINGS = """
[linkage]
[inference]
[housekeeping]
every_s = 1
"""


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upped]:
    """Run one unit for all tests of this file: each start takes seconds."""
    organisation = Upped(tmp_path_factory.mktemp("door") / "unit", SETTINGS)
    try:
        yield organisation.up()
    finally:
        organisation.end()


def linked(unit: Upped) -> tuple[str, str, str]:
    """Make a project with two parties' uploads and a run; give the paths' ids and the token of results."""
    made = unit.ask("POST", "/api/v1/projects", body={"schema": {}, "result_type": "groups"}).value
    project, token = f"/api/v1/projects/{made['project_id']}", made["result_token"]
    for seed, update in enumerate(made["update_tokens"]):
        taken = unit.ask("POST", f"{project}/clks", body=clks(seed, 40), headers={"authorization": update})
        assert taken.status == 201
    started = unit.ask("POST", f"{project}/runs", body={"threshold": 0.7}, headers={"authorization": token})
    return project, started.value["run_id"], token


def test_the_entity_services_clients_get_their_groups(unit: Upped) -> None:
    project, run, token = linked(unit)
    place, header = f"{project}/runs/{run}", {"authorization": token}
    eventually(lambda: unit.ask("GET", f"{place}/status", headers=header).value["state"] == "completed", 60)
    groups = unit.ask("GET", f"{place}/result", headers=header).value["groups"]
    assert sorted(groups) == [[[0, row], [1, row]] for row in range(40)]


def stop_between_writes(unit: Upped, pid: int) -> None:
    """Stop a process while it does not hold the store's one write lock, without which nobody could go on."""
    store = pysqlite3.connect(unit.data_dir / "tally.db", timeout=2, isolation_level=None)
    with closing(store):
        while True:
            os.kill(pid, signal.SIGSTOP)
            try:
                store.execute("BEGIN IMMEDIATE")
            except pysqlite3.OperationalError:
                os.kill(pid, signal.SIGCONT)
            else:
                store.execute("ROLLBACK")
                return


def test_another_worker_does_runs_beside_one_that_is_stuck(unit: Upped) -> None:
    stuck = unit.child("worker").pid
    assert stuck is not None
    with subprocess.Popen([*TALLY, "worker", "--config", str(unit.config)]) as worker:
        try:
            stop_between_writes(unit, stuck)
            project, run, token = linked(unit)
            place, header = f"{project}/runs/{run}/status", {"authorization": token}
            eventually(lambda: unit.ask("GET", place, headers=header).value["state"] == "completed", 60)
            worker.terminate()
            assert worker.wait(20) == 0
        finally:
            os.kill(stuck, signal.SIGCONT)
            worker.kill()


def test_projects_are_not_listed_for_everybody(unit: Upped) -> None:
    assert unit.ask("GET", "/api/v1/projects").status == 405


def test_a_wrong_token_of_a_project_is_refused_as_the_reference_does(unit: Upped) -> None:
    project, _, _ = linked(unit)
    assert unit.ask("GET", project, headers={"authorization": "not a token"}).status == 403


ROW = [0.8, 0.1, 0.1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]


@pytest.mark.parametrize("path", ["/v2", "/v2/models/pair", "/v1/models/pair"])
def test_models_answer_those_who_may_predict(unit: Upped, path: str) -> None:
    assert unit.ask("GET", path, token=unit.token("inference:predict")).status == 200


def test_both_protocols_predict_the_same(unit: Upped) -> None:
    token = unit.token("inference:*")
    tensor = {"name": "features", "shape": [1, 9], "datatype": "FP32", "data": ROW}
    two = unit.ask("POST", "/v2/models/pair/infer", body={"inputs": [tensor]}, token=token).value
    one = unit.ask("POST", "/v1/models/pair:predict", body={"instances": [ROW]}, token=token).value
    assert two["outputs"][0]["data"] == pytest.approx(one["predictions"])


@pytest.mark.parametrize(("scopes", "status"), [((), 401), (("linkage:read",), 403)])
def test_models_answer_nobody_else(unit: Upped, scopes: tuple[str, ...], status: int) -> None:
    answer = unit.ask("POST", "/v2/models/pair/infer", body={}, token=unit.token(*scopes) if scopes else "")
    assert answer.status == status
    assert isinstance(answer.value["error"], str)


def test_the_model_servers_refusals_come_through(unit: Upped) -> None:
    token = unit.token("inference:predict")
    unknown = unit.ask("POST", "/v2/models/nobody/infer", body={"inputs": []}, token=token)
    assert (unknown.status, "nobody" in unknown.value["error"]) == (404, True)
    assert unit.ask("POST", "/v2/models/pair/infer", body=b"not json", token=token).status == 400


def test_housekeeping_is_done_once_a_round(unit: Upped) -> None:
    def rounds() -> list[dict[str, object]]:
        listed = unit.tally("jobs", "list", "--kind", "housekeeping", "--output", "json", "--data-dir", "data")
        return [job for job in json.loads(listed.stdout) if job["state"] == JobState.SUCCEEDED]

    done = eventually(lambda: found if len(found := rounds()) > 1 else None, 60)
    assert len({job["key"] for job in done}) == len(done)
    assert {job["attempts"] for job in done} == {1}
