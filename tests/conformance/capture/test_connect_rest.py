"""Kafka Connect 4.3.0's recorded answers, asked of our worker.

A recorded 500 is a mistake of the client: here it is a 400 in the same shape.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.vocabulary.capture import Bench, eventually

from tallystick.capture.adapters.registry import Registry
from tallystick.capture.domain.configuration import ConnectorConfiguration
from tallystick.capture.errors import UnknownConnector
from tallystick.capture.http import connect_problem
from tallystick.capture.service import Connectors
from tallystick.platform.http import EVERYONE, Group, application

RECORDED: list[dict[str, Any]] = json.loads((Path(__file__).parent / "vectors" / "connect_rest_4.3.0.json").read_text())
PERSON = "CREATE TABLE person (id serial PRIMARY KEY, name text)"
NAME = "inventory-connector"


def answered(client: TestClient, method: str, path: str, body: Any = None) -> Any:
    content = body if isinstance(body, str) else None if body is None else json.dumps(body)
    return client.request(method, path, content=content, headers={"content-type": "application/json"})


@pytest.fixture
def client(bench: Bench) -> Iterator[TestClient]:
    """Ask an application without a worker."""
    app = application("Capture", bench.capture.routes, problem=connect_problem, auth=EVERYONE)
    with TestClient(app, base_url="http://worker:8083") as made:
        yield made


STATELESS = [
    exchange
    for exchange in RECORDED[:62]
    if ("nope" in exchange["path"] or exchange["path"] in ("/health", "/connectors", "/connectors?expand=status"))
    and not exchange["path"].startswith("/admin")
    and exchange["status"] != 201
    and "FileStreamSource" not in str(exchange.get("request"))
    # Not offered: to alter offsets, to forget topics.
    and not (exchange["method"] == "PATCH" and exchange["path"].endswith("/offsets"))
    and not exchange["path"].endswith("/topics/reset")
]


@pytest.mark.parametrize("exchange", STATELESS, ids=lambda exchange: f"{exchange['method']}-{exchange['path']}")
def test_an_answer_without_connectors(client: TestClient, exchange: dict[str, Any]) -> None:
    answer = answered(client, exchange["method"], exchange["path"], exchange.get("request"))
    if exchange["status"] == 500:
        assert (answer.status_code, answer.json()["error_code"]) == (400, 400)
        return
    assert answer.status_code == exchange["status"]
    if "does.not.Exist" in str(exchange.get("request")):
        assert answer.json()["message"].startswith("Failed to find any class that implements Connector and which name")
    elif exchange["status"] != 204:
        assert (answer.text and answer.json()) == exchange["response"]


def recorded(note: str) -> dict[str, Any]:
    return next(exchange for exchange in RECORDED if exchange["note"] == note)


def create(client: TestClient, bench: Bench, **fields: Any) -> Any:
    changes = {key: value for key, value in fields.items() if "__" in key}
    others = {key: value for key, value in fields.items() if "__" not in key}
    return answered(client, "POST", "/connectors", {"name": NAME, "config": bench.configuration(**changes), **others})


def test_the_faults_of_a_configuration(client: TestClient, bench: Bench) -> None:
    seed = recorded("seed request verbatim against Debezium 3.6.3")["response"]
    assert create(client, bench, topic__prefix="").json() == seed
    zero = recorded("bad tasks.max")["response"]
    assert create(client, bench, tasks__max="0").json() == zero
    mismatch = {"name": "x", "config": {"name": "y"}}
    assert answered(client, "POST", "/connectors", mismatch).json() == recorded("name mismatch")["response"]
    for method in ("PUT", "PATCH"):
        renamed = answered(client, method, "/connectors/x/config", {"name": "y"})
        assert (renamed.status_code, renamed.json()) == (400, recorded("name mismatch")["response"])
    unreachable = create(client, bench, database__hostname="127.0.0.1", database__port="1")
    assert (unreachable.status_code, "connection validation" in unreachable.json()["message"]) == (400, True)


def test_the_life_of_a_connector(client: TestClient, bench: Bench) -> None:
    bench.execute(f"{PERSON}; INSERT INTO person (name) VALUES ('Ann')")
    created = create(client, bench, database__password="hidden", tasks__max=1)
    assert (created.status_code, created.headers["location"]) == (201, f"http://worker:8083/connectors/{NAME}")
    assert created.json()["config"]["name"] == NAME
    assert created.json()["config"]["tasks.max"] == "1"
    assert "hidden" not in created.text
    assert (created.json()["tasks"], created.json()["type"]) == ([], "source")
    assert create(client, bench).json() == recorded("conflict")["response"]
    assert client.get("/connectors").json() == [NAME]
    with bench.working():
        running = eventually(lambda: states(client), lambda seen: seen == ("RUNNING", ["RUNNING"]))
        assert running
        bench.snapshot("p.public.person")
        assert answered(client, "PUT", f"/connectors/{NAME}/pause").status_code == 202
        eventually(lambda: states(client), lambda seen: seen == ("PAUSED", ["PAUSED"]))
        not_stopped = answered(client, "DELETE", f"/connectors/{NAME}/offsets")
        assert not_stopped.json() == recorded("while paused, not stopped")["response"]
        assert answered(client, "PUT", f"/connectors/{NAME}/resume").status_code == 202
        eventually(lambda: states(client), lambda seen: seen == ("RUNNING", ["RUNNING"]))
        assert answered(client, "POST", f"/connectors/{NAME}/restart").status_code == 204
        both = answered(client, "POST", f"/connectors/{NAME}/restart?includeTasks=TRUE&onlyFailed=false")
        assert both.status_code == 202
        assert answered(client, "POST", f"/connectors/{NAME}/tasks/0/restart").status_code == 204
        assert client.get(f"/connectors/{NAME}/tasks/0/status").status_code == 200
        for number in ("9" * 5000, "\u0660", "-1"):
            assert client.get(f"/connectors/{NAME}/tasks/{number}/status").status_code == 404
        missing = answered(client, "POST", f"/connectors/{NAME}/tasks/7/restart")
        assert (missing.status_code, missing.json()["message"]) == (404, f"Unknown task: {NAME}-7")
        assert client.get(f"/connectors/{NAME}/topics").json() == {NAME: {"topics": ["p.public.person"]}}
        offsets = client.get(f"/connectors/{NAME}/offsets").json()["offsets"]
        assert offsets[0]["partition"] == {"server": "p"}
        assert answered(client, "PUT", f"/connectors/{NAME}/stop").status_code == 204
        eventually(lambda: states(client), lambda seen: seen == ("STOPPED", []))
        assert client.get(f"/connectors/{NAME}/tasks").json() == []
        reset = answered(client, "DELETE", f"/connectors/{NAME}/offsets")
        assert reset.json() == recorded("stopped: reset")["response"]
        assert client.get(f"/connectors/{NAME}/offsets").json() == {"offsets": []}
        answered(client, "PUT", f"/connectors/{NAME}/resume")
        bench.snapshot("p.public.person", generation=2)
    assert answered(client, "DELETE", f"/connectors/{NAME}").status_code == 204
    assert client.get(f"/connectors/{NAME}").json()["message"] == f"Connector {NAME} not found"


def test_a_configuration_is_changed(client: TestClient, bench: Bench) -> None:
    bench.execute(PERSON)
    path = f"/connectors/{NAME}/config"
    made = answered(client, "PUT", path, bench.configuration(database__password="hidden"))
    assert (made.status_code, made.headers["location"]) == (201, f"http://worker:8083/connectors/{NAME}")
    shown = client.get(path).json()
    assert shown["database.password"] == "********"
    changed = answered(client, "PUT", path, shown | {"max.batch.size": "1024"})
    assert (changed.status_code, changed.json()["config"]["max.batch.size"]) == (200, "1024")
    assert bench.stored_configuration(NAME)["database.password"] == "hidden"
    patched = answered(client, "PATCH", path, {"max.batch.size": None, "slot.name": "other"})
    assert "max.batch.size" not in patched.json()["config"]
    assert patched.json()["config"]["slot.name"] == "other"


def test_a_connector_deleted_meanwhile_is_no_longer_listed(
    client: TestClient, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.execute(PERSON)
    create(client, bench)
    monkeypatch.setattr(Registry, "names", lambda _: [NAME, "gone"])
    shown = client.get("/connectors?expand=status&expand=info")
    assert (shown.status_code, list(shown.json())) == (200, [NAME])


def test_what_is_asked_during_a_change_is_kept(bench: Bench) -> None:
    bench.execute(PERSON)
    registry = Registry(bench.platform.store)
    meanwhile: list[Callable[[], None]] = []

    def probe(_: ConnectorConfiguration) -> None:
        for ask in meanwhile:
            ask()

    service = Connectors(bench.platform.store, bench.platform.log, registry, probe)
    service.create("c", bench.configuration())
    meanwhile.append(lambda: registry.aim("c", "STOPPED"))
    changed, _ = service.put("c", bench.configuration(max__batch__size="7"))
    assert (changed.target, changed.restarts, changed.texts["max.batch.size"]) == ("STOPPED", 1, "7")
    meanwhile.append(lambda: registry.remove("c"))
    with pytest.raises(UnknownConnector):
        service.put("c", bench.configuration(max__batch__size="8"))
    assert service.names() == []


def test_plugins(client: TestClient) -> None:
    plugin = "io.debezium.connector.postgresql.PostgresConnector"
    assert client.get("/connector-plugins").json()[0]["class"] == plugin
    keys = client.get(f"/connector-plugins/{plugin}/config").json()
    reference = next(exchange for exchange in RECORDED if exchange["path"].endswith("MySqlConnector/config"))
    assert set(keys[0]) == set(reference["response"][0])
    found = answered(
        client, "PUT", "/connector-plugins/PostgresConnector/config/validate", {"connector.class": "PostgresConnector"}
    )
    assert found.json()["error_count"] == 4


def states(client: TestClient) -> tuple[str, list[str]]:
    shown = client.get(f"/connectors/{NAME}/status").json()
    return shown["connector"]["state"], [task["state"] for task in shown["tasks"]]


def test_a_location_keeps_the_place_where_it_is_mounted(bench: Bench) -> None:
    bench.execute(PERSON)
    mounted = Group("/connect", bench.capture.routes, problem=connect_problem)
    client = TestClient(application("North", [mounted], auth=EVERYONE), base_url="http://worker")
    made = answered(client, "PUT", "/connect/connectors/c/config", bench.configuration())
    assert made.headers["location"] == "http://worker/connect/connectors/c"


def test_unknown_keys_are_kept_and_ignored(client: TestClient, bench: Bench) -> None:
    bench.execute(f"{PERSON}; INSERT INTO person (name) VALUES ('Ann')")
    made = create(client, bench, no__such__key="kept")
    assert (made.status_code, made.json()["config"]["no.such.key"]) == (201, "kept")
    with bench.working():
        bench.wait_for("p.public.person", 1)
    assert client.get(f"/connectors/{NAME}/config").json()["no.such.key"] == "kept"


def test_what_would_change_the_contents_is_refused(client: TestClient, bench: Bench) -> None:
    bench.execute("CREATE TABLE person (id serial PRIMARY KEY, number text)")
    refused = create(client, bench, column__exclude__list="public.person.number")
    assert (refused.status_code, "configuration column.exclude.list:" in refused.json()["message"]) == (400, True)
    assert create(client, bench, decimal__handling__mode="precise").status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PATCH", f"/connectors/{NAME}/offsets", 405),
        ("PUT", f"/connectors/{NAME}/topics/reset", 404),
        ("GET", "/admin/loggers", 404),
        ("PUT", "/admin/loggers/root", 404),
    ],
)
def test_what_is_not_offered(client: TestClient, bench: Bench, method: str, path: str, status: int) -> None:
    bench.execute(PERSON)
    create(client, bench)
    answer = answered(client, method, path, {})
    assert (answer.status_code, answer.json()["error_code"]) == (status, status)
