"""The document that describes an application."""

from typing import Annotated, Any

import msgspec

from tallystick.platform.http import Group, Request, Route, Routes
from tallystick.platform.http.openapi import description


class Person(msgspec.Struct):
    name: str


class Window(msgspec.Struct):
    limit: Annotated[int, msgspec.Meta(ge=1, description="How many.")] = 10


def answer(request: Request[Any]) -> None: ...


ROUTES: Routes = [
    Group("/people", [Route("POST", "/{id:int}", answer, request=Person, response=list[Person], scope="people:write")]),
    Route("GET", "/people", answer, query=Window, summary="List"),
]


def operation(path: str, method: str) -> Any:
    document: Any = description("sample", "1", ROUTES)
    return document["paths"][path][method]


def test_bodies_and_answers_refer_to_their_types() -> None:
    post = operation("/people/{id}", "post")
    schema = {"$ref": "#/components/schemas/Person"}
    assert post["requestBody"]["content"]["application/json"]["schema"] == schema
    assert post["responses"]["200"]["content"]["application/json"]["schema"]["items"] == schema


def test_parameters_have_their_types() -> None:
    assert operation("/people/{id}", "post")["parameters"][0]["schema"]["type"] == "integer"
    limit = operation("/people", "get")["parameters"][0]
    assert (limit["name"], limit["in"], limit["required"], limit["schema"]["minimum"]) == ("limit", "query", False, 1)


def test_a_scope_asks_for_a_token() -> None:
    post = operation("/people/{id}", "post")
    assert post["security"] == [{"token": []}]
    assert {"400", "401", "403", "413", "415"} <= set(post["responses"])
