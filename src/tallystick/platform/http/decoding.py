"""Turn what a client sent into the types a route declares, and say which field is wrong."""

import re
from typing import Any

import msgspec
from starlette.datastructures import Headers, QueryParams

from tallystick.platform.http.problem import Fault, Origin, Problem

__all__ = ["MESSAGE_PACK", "decode_body", "decode_json", "decode_msgpack", "decode_query", "require_media_type"]

PLACE = re.compile(r" - at `(?:key in )?\$\.?(.*)`$")
NAMED = re.compile(r"(?:required|unknown) field `([^`]+)`")
MESSAGE_PACK = "application/msgpack"
JSON_TYPES = ("application/json", "*+json")


def decode_json(raw: bytes, kind: Any) -> Any:  # noqa: ANN401 -- the route's type
    """Decode a JSON body, or raise a 400 `Problem` naming the field."""
    try:
        try:
            return msgspec.json.decode(raw, type=kind)
        except msgspec.ValidationError as error:
            if "`int`, got `float`" not in str(error):
                raise
            return msgspec.convert(_with_whole_numbers(msgspec.json.decode(raw)), kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise _problem(str(error), "body") from None


def decode_body(headers: Headers, raw: bytes, kind: Any) -> Any:  # noqa: ANN401 -- the route's type
    """Decode a body by its content type, MessagePack or else JSON."""
    packed = _content_type(headers) == MESSAGE_PACK
    return decode_msgpack(raw, kind) if packed else decode_json(raw, kind)


def decode_msgpack(raw: bytes, kind: Any) -> Any:  # noqa: ANN401 -- the caller's type
    """Decode a MessagePack body, or raise a 400 `Problem` naming the field."""
    try:
        return msgspec.msgpack.decode(raw, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise _problem(str(error), "body") from None


def _with_whole_numbers(value: object) -> object:
    """Turn 3.0 into 3 throughout: to JSON Schema both are integers."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {name: _with_whole_numbers(inner) for name, inner in value.items()}
        case list():
            return [_with_whole_numbers(inner) for inner in value]
        case _:
            return value


def decode_query(query: QueryParams, kind: Any) -> Any:  # noqa: ANN401 -- the route's type
    """Decode the query string into a Struct; a field of a list type takes every value of its name."""
    known = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    if unknown := sorted(set(query) - set(known)):
        raise _problem(f"Object contains unknown field `{unknown[0]}`", "query")
    if spoilt := next((name for name, value in query.multi_items() if "\0" in value), None):
        raise _problem(f"Expected a text without NUL - at `$.{spoilt}`", "query")
    values: dict[str, object] = {}
    for name in query:
        given = query.getlist(name)
        if _is_list(known[name].type):
            values[name] = given
        elif len(given) > 1:
            raise _problem(f"Expected one value, got {len(given)} - at `$.{name}`", "query")
        else:
            values[name] = given[0]
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _problem(str(error), "query") from None


def require_media_type(headers: Headers, allowed: tuple[str, ...]) -> None:
    """Raise a 415 `Problem` for a body of another type; a body without a type passes."""
    given = _content_type(headers)
    if given and not any(_covers(pattern, given) for pattern in allowed):
        detail = f"the content type is {given}; expected {' or '.join(allowed)}"
        raise Problem(
            415, detail=detail, origin=Origin.MEDIA_TYPE, field="header.Content-Type", headers={"accept": allowed[0]}
        )


def _content_type(headers: Headers) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _covers(pattern: str, given: str) -> bool:
    if pattern.startswith("*+"):
        return given.endswith(pattern[1:])
    return pattern in ("*/*", given) or (pattern.endswith("/*") and given.startswith(pattern[:-1]))


def _is_list(kind: Any) -> bool:  # noqa: ANN401 -- any annotation
    return getattr(kind, "__origin__", kind) in (list, tuple, set, frozenset)


def _problem(message: str, where: str) -> Problem:
    place = PLACE.search(message)
    path = place.group(1) if place else ""
    detail = PLACE.sub("", message)
    if named := NAMED.search(detail):
        path = f"{path}.{named.group(1)}" if path else named.group(1)
    field = (f"query.{path}" if path else "query") if where == "query" else (path or "body")
    return Problem(400, detail=f"{field}: {detail}", faults=(Fault(field, detail),), origin=Origin.VALIDATION)
