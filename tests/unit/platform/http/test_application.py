"""What an application answers, seen from its clients."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient

from tallystick.platform.auth import Principal
from tallystick.platform.http import (
    EVERYONE,
    BodyStream,
    Bounds,
    Group,
    Origin,
    Problem,
    ProblemShape,
    RawRoute,
    Reply,
    Request,
    Route,
    Routes,
    application,
)


class Person(msgspec.Struct):
    name: str
    born: int


class Family(msgspec.Struct):
    people: list[Person]


class Window(msgspec.Struct, forbid_unknown_fields=True):
    limit: int = 10
    tag: list[str] = []


class UnknownFamilyError(Exception):
    pass


def count(request: Request[Family]) -> dict[str, int]:
    return {"people": len(request.body.people)}


def window(request: Request[None]) -> dict[str, Any]:
    return {"limit": request.query.limit, "tag": request.query.tag}


async def measure(request: Request[BodyStream]) -> dict[str, int]:
    return {"bytes": sum([len(chunk) async for chunk in request.stream])}


def measure_in_thread(request: Request[BodyStream]) -> dict[str, int]:
    return {"bytes": sum(len(chunk) for chunk in request.stream)}


def missing(request: Request[None]) -> None:
    raise UnknownFamilyError(f"no family {request.path_values['family']}")


def broken(request: Request[None]) -> None:
    raise RuntimeError("hunter2")


def numbers(request: Request[None]) -> Reply:
    def chunks() -> Iterator[bytes]:
        yield b"1\n"
        yield b"2\n"

    return Reply(chunks(), media_type="text/plain")


def numbers_async(request: Request[None]) -> Reply:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"1\n"
        yield b"2\n"

    return Reply(chunks(), media_type="text/plain")


def connect(problem: Problem, request: Request[Any]) -> Reply:
    return Reply({"error_code": problem.status, "message": problem.detail})


def untitled(problem: Problem, request: Request[Any]) -> Reply:
    title = None if problem.origin is Origin.HANDLER else problem.title
    return Reply({"title": title, "status": problem.status}, media_type="application/problem+json")


connect_shape = ProblemShape(connect, "ConnectError", {"type": "object"})
untitled_shape = ProblemShape(untitled, "Untitled", {"type": "object"}, "application/problem+json")


async def raw(scope: Any, receive: Any, send: Any) -> None:
    body = scope["path_params"]["model"].encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


def teapot(request: Request[None]) -> None:
    raise Problem(418, detail="short and stout")


ROUTES: Routes = [
    Route("POST", "/families", count, request=Family, status=201),
    Route("GET", "/families", window, query=Window),
    Route("GET", "/families/{family}", missing, failures={UnknownFamilyError: 404}),
    Route("GET", "/number/{number:int}", lambda request: request.path_values),
    Route("GET", "/named/{name}/end", lambda request: request.path_values),
    Route("PUT", "/measure", measure, request=BodyStream, limit=100),
    Route("PUT", "/measure-in-thread", measure_in_thread, request=BodyStream, limit=100),
    Route("PUT", "/whole", lambda request: {"bytes": len(request.body)}, request=bytes),
    Route("GET", "/broken", broken),
    Route("GET", "/numbers", numbers),
    Route("GET", "/numbers-async", numbers_async),
    Route("DELETE", "/nothing", lambda _: None, status=204),
    Group("/connect", [Route("GET", "/teapot", teapot)], problem=connect_shape),
    Group("/entity", [Route("GET", "/teapot", teapot)], problem=untitled_shape),
    RawRoute("/raw/{model}", raw, methods=("POST",)),
]


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(application("sample", ROUTES, bounds=Bounds(body=1000)), raise_server_exceptions=False)


def test_a_body_is_decoded_into_its_type(client: TestClient) -> None:
    answer = client.post("/families", json={"people": [{"name": "Ann", "born": 1950}]})
    assert (answer.status_code, answer.json()) == (201, {"people": 1})


def test_a_whole_number_may_have_a_point(client: TestClient) -> None:
    answer = client.post("/families", json={"people": [{"name": "Ann", "born": 1950.0}]})
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"people": [{"name": "Ann", "born": "x"}]}', "people[0].born"),
        (b'{"people": [{"name": "Ann"}]}', "people[0].born"),
        (b"{}", "people"),
        (b"[]", "body"),
        (b"{", "body"),
        (b"", "body"),
        (b'{"people": "\xff"}', "people"),
    ],
)
def test_a_wrong_body_names_the_field(client: TestClient, body: bytes, field: str) -> None:
    answer = client.post("/families", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("query", "field"), [("limit=x", "limit"), ("limt=3", "limt"), ("limit=1&limit=2", "limit"), ("tag=a%00b", "tag")]
)
def test_a_wrong_query_names_the_field(client: TestClient, query: str, field: str) -> None:
    answer = client.get(f"/families?{query}")
    assert answer.json()["errors"][0]["field"] == f"query.{field}"


def test_a_query_is_decoded_into_its_type(client: TestClient) -> None:
    assert client.get("/families?limit=3&tag=a&tag=b").json() == {"limit": 3, "tag": ["a", "b"]}


def test_another_media_type_is_refused(client: TestClient) -> None:
    answer = client.post("/families", content=b"x", headers={"content-type": "text/plain"})
    assert (answer.status_code, answer.json()["title"]) == (415, "Unsupported Media Type")


def test_an_unknown_path_is_a_problem_with_the_request_id(client: TestClient) -> None:
    answer = client.get("/nowhere", headers={"x-request-id": "r-1"})
    assert answer.headers["x-request-id"] == "r-1"
    assert answer.json()["instance"] == "urn:tallystick:request:r-1"


def test_an_unknown_method_lists_the_allowed_ones(client: TestClient) -> None:
    answer = client.delete("/families")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")


def test_options_lists_the_allowed_methods(client: TestClient) -> None:
    answer = client.options("/families")
    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")


def test_head_answers_like_get_without_a_body(client: TestClient) -> None:
    answer = client.head("/families")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(client.get("/families").content))


def test_repeated_slashes_count_as_one(client: TestClient) -> None:
    assert client.get("/number///7").json() == {"number": 7}


@pytest.mark.parametrize(
    ("path", "name"), [("/named/a%2Fb/end", "a/b"), ("/named/a%252Fb/end", "a%2Fb"), ("/named/%C3%A4/end", "ä")]
)
def test_a_path_value_is_decoded_once(client: TestClient, path: str, name: str) -> None:
    assert client.get(path).json() == {"name": name}


@pytest.mark.parametrize("path", ["/measure", "/measure-in-thread"])
def test_a_streamed_body_is_bounded_by_its_route(client: TestClient, path: str) -> None:
    assert client.put(path, content=b"x" * 100).json() == {"bytes": 100}
    assert client.put(path, content=(b"x" * 60 for _ in range(2))).status_code == 413


def test_a_body_is_bounded_by_the_application(client: TestClient) -> None:
    assert client.put("/whole", content=b"x" * 1000).json() == {"bytes": 1000}
    assert client.put("/whole", content=b"x" * 1001).status_code == 413


@pytest.mark.parametrize("path", ["/numbers", "/numbers-async"])
def test_an_iterator_is_streamed(client: TestClient, path: str) -> None:
    assert client.get(path).text == "1\n2\n"


def test_nothing_is_answered_with_an_empty_body(client: TestClient) -> None:
    answer = client.delete("/nothing")
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_declared_failure_has_its_status(client: TestClient) -> None:
    answer = client.get("/families/smith")
    assert (answer.status_code, answer.json()["detail"]) == (404, "no family smith")


def test_an_unforeseen_error_keeps_its_text_to_itself(client: TestClient) -> None:
    answer = client.get("/broken")
    assert answer.status_code == 500
    assert "hunter2" not in answer.text


def test_a_group_words_its_own_problems(client: TestClient) -> None:
    assert client.get("/connect/teapot").json() == {"error_code": 418, "message": "short and stout"}
    assert client.get("/connect/nowhere").json()["error_code"] == 404
    assert client.post("/connect/teapot").json()["error_code"] == 405
    assert client.get("/entity/teapot").json()["title"] is None
    assert client.get("/entity/nowhere").json()["title"] == "Not Found"


def test_a_raw_route_answers_itself(client: TestClient) -> None:
    assert client.post("/raw/iris").text == "iris"


def test_health_asks_every_check() -> None:
    checks = {"store": lambda: None, "log": lambda: "no such table"}
    answer = TestClient(application("sample", [], checks=checks)).get("/health/ready")
    assert (answer.status_code, answer.json()["checks"]) == (503, {"store": "ok", "log": "unavailable"})


def test_metrics_count_by_template(client: TestClient) -> None:
    client.get("/families/smith")
    assert 'tallystick_http_requests_total{method="GET",route="/families/{family}",status="404"}' in (
        client.get("/metrics").text
    )


class Door:
    def identify(self, request: Request[Any]) -> Principal:
        if request.headers.get("authorization") == "Bearer good":
            return Principal(name="north", scopes=frozenset({"family:read"}), how="token")
        return Principal(name="nobody")


def test_a_scope_is_required() -> None:
    routes = [
        Route("GET", "/mine", lambda request: request.principal.name, scope="family:read"),
        Route("GET", "/yours", lambda _: None, scope="family:write"),
    ]
    client = TestClient(application("sample", routes, auth=Door()))
    assert client.get("/mine").headers["www-authenticate"].startswith("Bearer")
    assert client.get("/mine", headers={"authorization": "Bearer good"}).json() == "north"
    assert client.get("/yours", headers={"authorization": "Bearer good"}).status_code == 403
    assert TestClient(application("sample", routes, auth=EVERYONE)).get("/mine").json() == "everyone"


def test_a_scope_without_auth_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="EVERYONE"):
        application("sample", [Route("GET", "/", lambda _: None, scope="family:read")])


def test_a_route_declared_twice_is_a_mistake() -> None:
    route = Route("GET", "/", lambda _: None)
    with pytest.raises(ValueError, match="declared twice"):
        application("sample", [route, Route("GET", "/", lambda _: 1)])


def test_metrics_are_not_for_everybody() -> None:
    client = TestClient(application("sample", [], auth=Door()))
    assert client.get("/metrics").status_code == 401
    assert client.get("/health/ready").status_code == 200


def test_a_scope_may_name_a_value_of_the_path() -> None:
    routes = [Route("GET", "/of/{party}", lambda _: "here", scope="family:{party}")]
    client = TestClient(application("sample", routes, auth=Door()), headers={"authorization": "Bearer good"})
    assert client.get("/of/read").status_code == 200
    assert client.get("/of/write").status_code == 403
