import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient
from tests.vocabulary.living import BRANCH, EPOCH, LINKAGE, SCHEMA, bits, key_of

from tallystick.linkage.domain.living.linkages import epoch_id, party_scope
from tallystick.linkage.living.settings import LivingSettings
from tallystick.linkage.living.wiring import Living, build_living
from tallystick.platform.auth import Principal
from tallystick.platform.http import Request, application
from tallystick.platform.wiring import PlatformSettings, open_platform

NORTH = f"/v1/linkages/{LINKAGE}/parties/north"
SOUTH = f"/v1/linkages/{LINKAGE}/parties/south"


class Badges:
    """Believes whatever scopes a request claims."""

    def identify(self, request: Request[Any], /) -> Principal:
        scopes = request.headers.get("scopes", "*")
        return Principal(name="somebody", scopes=frozenset(scopes.split()), how="token")


@pytest.fixture
def living(tmp_path: Path) -> Iterator[Living]:
    platform = open_platform(PlatformSettings(), tmp_path, [BRANCH])
    yield build_living(LivingSettings(), platform)
    platform.close()


@pytest.fixture
def client(living: Living) -> TestClient:
    client = TestClient(application("unit", [living.routes], auth=Badges()))
    wanted = {"id": LINKAGE, "parties": ["north", "south"], "threshold": 0.6, "grey_zone": {"low": 0.7, "high": 0.8}}
    assert client.post("/v1/linkages", json=wanted).status_code == 201
    declaration = {"schema_hash": SCHEMA, "key_id": "k1", "encoding_bytes": 8}
    assert client.put(f"{NORTH}/epochs/{EPOCH}", json=declaration).status_code == 200
    return client


def record(name: str, encoding: bytes | None, lsn: int = 1) -> dict[str, Any]:
    text = None if encoding is None else base64.b64encode(encoding).decode()
    return {"key": key_of(name), "position": [1, lsn, 0], "encoding": text}


def upsert(client: TestClient, party: str, batch: str, *records: dict[str, Any]) -> Any:
    return client.post(f"{party}/epochs/{EPOCH}/encodings", json={"batch": batch, "records": records})


def complete(client: TestClient, *parties: str) -> None:
    for party in parties:
        assert client.post(f"{party}/epochs/{EPOCH}/snapshots/1/complete").status_code == 200


def linked(client: TestClient, living: Living) -> None:
    upsert(client, NORTH, "n1", record("ann", bits(1, 2, 3)))
    upsert(client, SOUTH, "s1", record("anne", bits(1, 2, 3)))
    complete(client, NORTH, SOUTH)
    while living.worker.step():
        pass


def test_a_repeated_batch_gets_its_first_receipt(client: TestClient) -> None:
    first = upsert(client, NORTH, "n1", record("ann", bits(1)))
    assert first.json() == {"batch": "n1", "records": 1, "sequence": 1}
    assert upsert(client, NORTH, "n1", record("ann", bits(1))).json() == first.json()


def test_a_batch_id_holds_for_one_content(client: TestClient) -> None:
    upsert(client, NORTH, "n1", record("ann", bits(1)))
    assert upsert(client, NORTH, "n1", record("ann", bits(2))).status_code == 409


def test_batches_may_be_message_pack(client: TestClient) -> None:
    body = {"batch": "n/1", "records": [{"key": key_of("ann"), "position": [1, 2, 3], "encoding": bits(1)}]}
    answer = client.post(
        f"{NORTH}/epochs/{EPOCH}/encodings",
        content=msgspec.msgpack.encode(body),
        headers={"content-type": "application/msgpack"},
    )
    assert answer.status_code == 200
    assert client.get(NORTH).json()["streams"][0]["newest"] == [1, 2, 3]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"key": "xyz"}, "records[1].key"),
        ({"position": [1, -2, 0]}, "records[1].position[1]"),
        ({"encoding": "AAAA"}, "records[1].encoding"),
    ],
)
def test_a_wrong_record_is_named(client: TestClient, wrong: dict[str, Any], field: str) -> None:
    answer = upsert(client, NORTH, "n1", record("ann", bits(1)), {**record("bob", bits(1)), **wrong})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field
    assert client.get(f"/v1/linkages/{LINKAGE}").json()["received"] == 0


def test_unknown_epochs_and_parties_are_not_found(client: TestClient) -> None:
    body = {"batch": "b", "records": []}
    assert client.post(f"{NORTH}/epochs/{'0' * 16}/encodings", json=body).status_code == 404
    assert client.post(f"/v1/linkages/{LINKAGE}/parties/east/epochs/{EPOCH}/encodings", json=body).status_code == 404


def test_a_token_speaks_for_one_party_only(client: TestClient) -> None:
    scope = {"scopes": f"linkage:{LINKAGE}:party:north"}
    assert client.get(f"{NORTH}/matches", headers=scope).status_code == 200
    assert client.get(f"{SOUTH}/matches", headers=scope).status_code == 403
    assert client.get(f"/v1/linkages/{LINKAGE}/matches", headers=scope).status_code == 403


def test_a_party_reads_its_own_side_of_a_match(client: TestClient, living: Living) -> None:
    linked(client, living)
    page = client.get(f"{SOUTH}/matches").json()
    [match] = page["matches"]
    assert (match["key"], match["other_party"], match["other_key"]) == (key_of("anne"), "north", key_of("ann"))
    assert (match["score"], match["verdict"], match["operation"]) == (1.0, "accepted", "made")


def test_the_feed_goes_on_from_its_cursor(client: TestClient, living: Living) -> None:
    linked(client, living)
    cursor = client.get(f"{NORTH}/matches").json()["cursor"]
    assert client.get(f"{NORTH}/matches?after={cursor}").json() == {
        "matches": [],
        "cursor": cursor,
        "more": False,
        "anew": False,
    }
    upsert(client, NORTH, "n2", record("ann", None, 2))
    living.worker.step()
    [match] = client.get(f"{NORTH}/matches?after={cursor}").json()["matches"]
    assert match["ended"]
    assert client.get(f"{NORTH}/matches").json()["matches"] == []


def test_a_cursor_that_was_never_given_begins_anew(client: TestClient, living: Living) -> None:
    assert client.get(f"{NORTH}/matches?after=99").json() == {"matches": [], "cursor": "", "more": False, "anew": True}
    linked(client, living)
    given = client.get(f"{NORTH}/matches").json()["cursor"]
    for foreign in ("99", "1", "0", "1-0123456789abcdef", given.replace("1-", "2-", 1)):
        page = client.get(f"{NORTH}/matches", params={"after": foreign}).json()
        assert (len(page["matches"]), page["cursor"], page["anew"]) == (1, given, True)


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"key_id": "k2"}, "not made of this schema hash and key id"),
        ({"schema_hash": "cd" * 32}, "not made of this schema hash and key id"),
        ({"encoding_bytes": 16}, "declared with 8"),
    ],
)
def test_an_epoch_is_one_schema_key_and_length(client: TestClient, changed: dict[str, object], complaint: str) -> None:
    declaration = {"schema_hash": SCHEMA, "key_id": "k1", "encoding_bytes": 8} | changed
    answer = client.put(f"{SOUTH}/epochs/{EPOCH}", json=declaration)
    assert answer.status_code == 409
    assert complaint in answer.json()["detail"]


def test_a_linkage_may_be_for_one_schema(client: TestClient) -> None:
    wanted = {"id": "strict", "parties": ["north", "south"], "threshold": 0.6, "schema_hash": "cd" * 32}
    assert client.post("/v1/linkages", json=wanted).status_code == 201
    declaration = {"schema_hash": SCHEMA, "key_id": "k1", "encoding_bytes": 8}
    answer = client.put(f"/v1/linkages/strict/parties/north/epochs/{EPOCH}", json=declaration)
    assert (answer.status_code, "another schema" in answer.json()["detail"]) == (409, True)


def test_single_encodings_are_put_and_deleted(client: TestClient, living: Living) -> None:
    linked(client, living)
    place = f"{NORTH}/epochs/{EPOCH}/encodings/{key_of('ann')}"
    body = {"position": [1, 5, 0], "encoding": base64.b64encode(bits(1, 2, 4)).decode()}
    assert client.put(place, json=body).json() == client.put(place, json=body).json()
    living.worker.step()
    assert client.get(f"{NORTH}/matches").json()["matches"][0]["operation"] == "rescored"
    assert client.delete(f"{place}?generation=1&lsn=6").status_code == 200
    living.worker.step()
    assert client.get(f"{NORTH}/matches").json()["matches"] == []


@pytest.mark.parametrize("spoilt", ["north\n", "no\0rth"])
def test_a_name_is_a_name_to_its_end(client: TestClient, spoilt: str) -> None:
    answer = client.post(f"/v1/linkages/{LINKAGE}/parties", json={"name": spoilt})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "name")
    ann = record("ann", bits(1, 2, 3))
    answer = upsert(client, NORTH, "n1", ann | {"key": ann["key"] + "\n"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "records[0].key")
    assert upsert(client, NORTH, spoilt).status_code == 400
    assert client.get(f"{NORTH}/matches", params={"after": "1\n"}).status_code == 400


def test_no_text_has_a_nul(client: TestClient) -> None:
    wanted = {"id": "other", "parties": ["north", "south"], "name": "a\0b"}
    answer = client.post("/v1/linkages", json=wanted)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "name")
    declaration = {"schema_hash": SCHEMA, "key_id": "k\0", "encoding_bytes": 8}
    answer = client.put(f"{NORTH}/epochs/{epoch_id(SCHEMA, 'k' + chr(0))}", json=declaration)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "key_id")
    answer = client.get("/v1/linkages/a%00b")
    assert answer.status_code == 404


def test_a_key_that_is_no_hmac_names_nothing(client: TestClient) -> None:
    answer = client.delete(f"{NORTH}/epochs/{EPOCH}/encodings/ann?generation=1")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (404, "path.key")


def test_numbers_beyond_the_store_are_refused(client: TestClient) -> None:
    assert client.post(f"{NORTH}/epochs/{EPOCH}/snapshots/{2**63}/complete").status_code == 404
    assert client.get(f"/v1/linkages/{LINKAGE}/matches?before={2**63}").status_code == 400


def test_the_status_counts(client: TestClient, living: Living) -> None:
    linked(client, living)
    status = client.get(f"/v1/linkages/{LINKAGE}").json()
    assert status["live_epoch"] == EPOCH
    assert [party["records"] for party in status["parties"]] == [1, 1]
    assert status["matches"] == {"accepted": 1}
    assert status["received"] == status["linked"] == 4
    assert sum(client.get(f"/v1/linkages/{LINKAGE}/scores").json()["counts"]) == 1


def test_a_party_is_heard_of_when_it_speaks_and_not_when_an_operator_does(client: TestClient) -> None:
    assert client.get(NORTH).json()["heard_ms"] is None
    spoken = client.get(NORTH, headers={"scopes": party_scope(LINKAGE, "north")}).json()
    assert spoken["heard_ms"] > 0
    assert client.get(SOUTH).json()["heard_ms"] is None
