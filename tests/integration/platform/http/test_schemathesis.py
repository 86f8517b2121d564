"""A client that reads the description of an API and tries everything finds no fault."""

from typing import Annotated, Any, Literal

import msgspec
import schemathesis
from hypothesis import settings

from tallystick.platform.auth import ANONYMOUS, AuthenticationError, Principal
from tallystick.platform.http import BodyStream, Problem, Reply, Request, Route, application

TOKEN = "Bearer sample"


class NewPerson(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=50)]
    born: Annotated[int, msgspec.Meta(ge=1850, le=2100)]
    sex: Literal["f", "m"] | None = None
    tags: dict[str, int] = {}


class Person(msgspec.Struct):
    id: int
    name: str
    born: int


class Window(msgspec.Struct, forbid_unknown_fields=True):
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 10
    order: Literal["name", "born"] = "name"


class Size(msgspec.Struct):
    size: int


class Door:
    def identify(self, request: Request[Any]) -> Principal:
        match request.headers.get("authorization"):
            case None:
                return ANONYMOUS
            case given if given == TOKEN:
                return Principal(name="sample", scopes=frozenset({"people:*"}), how="token")
            case _:
                raise AuthenticationError("the token is not one of ours")


def add(request: Request[NewPerson]) -> Person:
    return Person(1, request.body.name, request.body.born)


def find(request: Request[None]) -> Person:
    if request.path_values["id"] != 1:
        raise Problem(404, detail=f"nobody has the id {request.path_values['id']}")
    return Person(1, "Ann", 1950)


def listed(request: Request[None]) -> list[Person]:
    return [Person(1, "Ann", 1950)][: request.query.limit]


def measured(request: Request[BodyStream]) -> Size:
    return Size(sum(len(chunk) for chunk in request.stream))


def forgotten(_: Request[None]) -> Reply:
    return Reply()


ROUTES = [
    Route("POST", "/people", add, request=NewPerson, response=Person, status=201, scope="people:write"),
    Route("GET", "/people", listed, query=Window, response=list[Person], scope="people:read"),
    Route("GET", "/people/{id:int}", find, response=Person, errors=(404,)),
    Route("DELETE", "/people/{id:int}", forgotten, status=204, scope="people:write"),
    Route("PUT", "/people/{id:int}/photo", measured, request=BodyStream, response=Size),
]

schema = schemathesis.openapi.from_asgi("/openapi.json", application("people", ROUTES, auth=Door()))


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
