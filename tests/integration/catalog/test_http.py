"""hashlookup's API and our own, over HTTP."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.vocabulary.archives import FILES, zip_of

from tallystick.catalog.wiring import Catalog
from tallystick.platform.http import EVERYONE, application

MD5, SHA1, SHA256 = (getattr(hashlib, name)(b"hello\n").hexdigest() for name in ("md5", "sha1", "sha256"))


@pytest.fixture
def client(catalog: Catalog, tmp_path: Path) -> Iterator[TestClient]:
    (tmp_path / "a.zip").write_bytes(zip_of(FILES))
    catalog.service.add(tmp_path / "a.zip")
    with TestClient(application("catalog", [*catalog.hashlookup, *catalog.routes], auth=EVERYONE)) as client:
        yield client


@pytest.mark.parametrize("path", [f"md5/{MD5}", f"sha1/{SHA1.upper()}", f"sha256/{SHA256}"])
def test_a_known_file_has_its_record(client: TestClient, path: str) -> None:
    record = client.get(f"/lookup/{path}").json()
    assert (record["MD5"], record["SHA-1"], record["SHA-256"]) == (MD5.upper(), SHA1.upper(), SHA256.upper())
    assert (record["FileName"], record["FileSize"], record["hashlookup:trust"]) == ("hello.txt", "6", 55)
    assert "message" not in record


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("md5/" + "0" * 32, 404, {"message": "Non existing MD5", "query": "0" * 32}),
        ("sha1/" + "0" * 40, 404, {"message": "Non existing SHA-1", "query": "0" * 40}),
        ("sha256/" + "0" * 64, 404, {"message": "Non existing SHA-256", "query": "0" * 64}),
        ("sha1/nonsense", 400, {"message": "SHA1 value incorrect, expecting a SHA1 value in hex format"}),
    ],
)
def test_refusals_are_worded_as_the_reference_words_them(
    client: TestClient, path: str, status: int, body: dict[str, Any]
) -> None:
    answer = client.get(f"/lookup/{path}")
    assert (answer.status_code, answer.json()) == (status, body)


def test_bulk_answers_what_is_known(client: TestClient) -> None:
    answer = client.post("/bulk/sha1", json={"hashes": [SHA1, "0" * 40, "nonsense", 7]})
    assert [record["SHA-1"] for record in answer.json()] == [SHA1.upper()]
    assert client.post("/bulk/md5", content=b'{"hashes": ["%s"]}' % MD5.encode()).json()[0]["MD5"] == MD5.upper()
    for nothing in (b"{}", b"[" * 100_000, b'{"hashes": ' + b"[" * 100_000, b'{"hashes": ["\xff"]}'):
        assert client.post("/bulk/sha256", content=nothing).status_code == 404


def test_parents_and_children_are_paged(client: TestClient) -> None:
    parents = client.get(f"/parents/{SHA1}/10/0").json()
    assert (parents["total"], parents["cursor"]) == (1, "0")
    children = client.get(f"/children/{parents['parents'][0]}/3/0").json()
    assert (len(children["children"]), children["total"], children["cursor"]) == (3, 4, "3")


def test_info_counts(client: TestClient) -> None:
    assert client.get("/info").json()["stat:hashlookup_total_keys"] == len(FILES) + 1


def test_our_own_api_says_where(client: TestClient) -> None:
    answer = client.get(f"/v1/contents/{MD5}/occurrences").json()
    assert [(o["path"], o["source_kind"]) for o in answer["occurrences"]] == [("hello.txt", "zip")]
    (source,) = client.get("/v1/sources").json()["sources"]
    assert client.get(f"/v1/sources/{source['sha256']}").json() == source
    assert client.get("/v1/contents/nonsense").status_code == 400
    assert client.get(f"/v1/contents/{'0' * 64}").status_code == 404


def test_more_digests_than_a_statement_takes_are_looked_up(client: TestClient) -> None:
    unknown = [f"{number:032x}" for number in range(70_000)]
    known = hashlib.md5(FILES["hello.txt"]).hexdigest()
    answer = client.post("/bulk/md5", json={"hashes": [*unknown, known, known.upper()]})
    assert [record["MD5"] for record in answer.json()] == [known.upper()]


def test_a_cursor_that_is_no_place_begins_anew(client: TestClient) -> None:
    path = f"/parents/{hashlib.sha1(FILES['hello.txt']).hexdigest()}/10"
    assert client.get(f"{path}/{'9' * 30}").json() == client.get(f"{path}/0").json()


@pytest.mark.parametrize("path", ["/session/create/one", "/session/get/one", "/stats/top"])
def test_sessions_and_statistics_are_absent(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_records_have_no_fields_of_the_nsrl(client: TestClient) -> None:
    record = client.get(f"/lookup/sha1/{SHA1}").json()
    assert {"ProductCode", "OpSystemCode", "SpecialCode", "RDS:package_id"} & set(record) == set()
