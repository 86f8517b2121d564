"""Requests checked and errors worded as the reference does; its clients read the texts."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tallystick.platform.http import Origin, Problem, ProblemShape, Reply, Request

__all__ = [
    "disabled",
    "header",
    "integer_header",
    "invalid",
    "json_body",
    "problem",
    "properties",
    "shortened",
    "token",
]

JSON_TYPE = re.compile(r"application/(.+\+)?json", re.IGNORECASE)

DEEPEST = 100
LONGEST_ECHO = 1000

STANDARD = {
    404: "The requested URL was not found on the server. "
    "If you entered the URL manually please check your spelling and try again.",
    405: "The method is not allowed for the requested URL.",
    500: "The server encountered an internal error and was unable to complete your request. "
    "Either the server is overloaded or there is an error in the application.",
}

PYTHON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "object": dict,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}


def _problem(raised: Problem, _: Request[Any]) -> Reply:
    title: str | None = raised.title
    detail = raised.detail
    if raised.origin == Origin.HANDLER:
        title = None
    elif raised.origin in (Origin.ROUTER, Origin.SERVER):
        detail = STANDARD.get(raised.status, detail)
    body = {"detail": detail, "status": raised.status, "title": title, "type": "about:blank"}
    return Reply(body, status=raised.status, media_type="application/problem+json")


_ERROR: dict[str, object] = {
    "type": "object",
    "required": ["detail", "status", "title", "type"],
    "properties": {
        "detail": {"type": ["string", "null"]},
        "status": {"type": "integer"},
        "title": {"type": ["string", "null"]},
        "type": {"const": "about:blank"},
    },
}
problem = ProblemShape(_problem, "EntityServiceError", _ERROR, "application/problem+json")
"""Words an error: what the service itself refuses has no title."""


def invalid(detail: str, *, status: int = 400, title: str = "Bad Request") -> Problem:
    """Make the problem of a request that breaks the interface's description."""
    return Problem(status, title, detail, origin=Origin.VALIDATION)


def disabled(detail: str) -> Problem:
    """Make the problem of a part of the interface that this service does not offer."""
    return Problem(500, "Feature Disabled", detail, origin=Origin.VALIDATION)


def header(request: Request[Any], name: str) -> str:
    """Return a header that must be there."""
    value = request.headers.get(name)
    if value is None:
        raise invalid(f"Missing header parameter '{name}'")
    return value


def token(request: Request[Any]) -> str:
    """Return the token: the whole `Authorization` header, which has no scheme here."""
    return header(request, "Authorization")


def integer_header(request: Request[Any], name: str) -> int:
    """Return a header that must be there and be an integer."""
    value = header(request, name)
    try:
        return int(value)
    except ValueError:
        raise invalid(f"Wrong type, expected 'integer' for header parameter '{name}'") from None


def json_body(request: Request[bytes]) -> object:
    """Decode a body that must be JSON and say so; an empty one is null."""
    given = request.headers.get("content-type", "")
    if not JSON_TYPE.fullmatch(given.partition(";")[0].strip()):
        title = f"Invalid Content-type ({given}), expected JSON data"
        raise Problem(415, title, None, origin=Origin.VALIDATION)
    if not request.body:
        return None
    try:
        return msgspec.json.decode(request.body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise invalid("Request body is not valid JSON") from None


def properties(body: object, required: Sequence[str], types: Mapping[str, str]) -> dict[str, Any]:
    """Check that a body is an object with the required properties, and that known ones have their types."""
    if not isinstance(body, dict):
        raise invalid(f"{shortened(body)} is not of type 'object'")
    for name in required:
        if name not in body:
            raise invalid(f"'{name}' is a required property")
    for name, kind in types.items():
        if name in body and not _has_type(body[name], kind):
            raise invalid(f"{shortened(body[name])} is not of type '{kind}' - '{name}'")
        if name in body and kind == "string" and "\0" in body[name]:
            raise invalid(f"{shortened(body[name])} holds a NUL - '{name}'")
        if name in body and kind == "object" and _depth(body[name]) > DEEPEST:
            raise invalid(f"nested more than {DEEPEST} deep - '{name}'")
    return body


def shortened(value: object) -> str:
    """Show what came, as the reference does, but not megabytes of it."""
    try:
        text = repr(value)
    except RecursionError:
        return "what is nested so deeply"
    return text if len(text) <= LONGEST_ECHO else f"{text[:LONGEST_ECHO]}..."


def _depth(value: object) -> int:
    """Count how many objects and arrays lie in each other, no further than it matters."""
    level, depth = [value], 0
    while depth <= DEEPEST and (level := [each for each in level if isinstance(each, dict | list)]):
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
        depth += 1
    return depth


def _has_type(value: object, kind: str) -> bool:
    return isinstance(value, PYTHON_TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))
