"""Describe an application as OpenAPI 3.1, from the declarations it is made of."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from typing import Any

import msgspec

from tallystick.platform.http.body import BodyStream
from tallystick.platform.http.problem import PHRASES
from tallystick.platform.http.reply import Reply
from tallystick.platform.http.request import Request
from tallystick.platform.http.route import Group, Route, Routes
from tallystick.platform.http.wording import ProblemShape, problem_json

__all__ = ["description", "description_routes", "viewer"]

PARAMETER = re.compile(r"{(\w+)(?::(\w+))?}")
HEADER = "header."
PARAMETER_SCHEMAS: dict[str, dict[str, object]] = {
    "int": {"type": "integer", "minimum": 0},
    "float": {"type": "number", "minimum": 0},
    "uuid": {"type": "string", "format": "uuid"},
}


def description(
    title: str, version: str, routes: Routes, *, problem: ProblemShape = problem_json, guarded: bool = True
) -> dict[str, object]:
    """Give the OpenAPI document of `routes`; raw and hidden ones are left out.

    `problem` words what no route or group words itself. Where the API is not `guarded`, scopes are not asked for.
    """
    shown = [(path, _seen(route, guarded)) for path, route in _flatten(routes, problem) if not route.hidden]
    kinds = list(dict.fromkeys(kind for _, route in shown for kind in _kinds(route)))
    schemas, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    by_kind = dict(zip(map(_key, kinds), schemas, strict=True))
    paths: dict[str, dict[str, object]] = {}
    for path, route in shown:
        template = PARAMETER.sub(r"{\1}", path)
        paths.setdefault(template, {})[route.method.lower()] = _operation(path, route, by_kind, components)
    shapes = {shape.name: shape.schema for _, route in shown if (shape := route.problem)}
    schemes = {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}} if guarded else {}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {"schemas": {**components, **shapes}, **schemes},
    }


def description_routes(
    title: str, version: str, routes: Routes, *, problem: ProblemShape = problem_json, guarded: bool = True
) -> list[Route]:
    """Give `/openapi.json` and the viewer at `/docs`."""

    def document(_: Request[Any]) -> Reply:
        return Reply(description(title, version, routes, problem=problem, guarded=guarded))

    return [
        Route("GET", "/openapi.json", document, summary="Describe this API", hidden=True),
        Route("GET", "/docs", lambda _: viewer(), summary="Show this API", hidden=True),
    ]


def viewer() -> Reply:
    """Give the page that shows the description at `/openapi.json` beside it; it needs nothing from elsewhere."""
    page = files("tallystick.platform.http").joinpath("viewer.html").read_text()
    headers = {"content-security-policy": _policy(page)}
    return Reply(page, media_type="text/html; charset=utf-8", headers=headers)


def _policy(page: str) -> str:
    """Allow the page's own script and style, by their hashes, and reading the description; nothing else."""
    script, style = (_inline(page, name) for name in ("script", "style"))
    return f"default-src 'none'; connect-src 'self'; script-src '{script}'; style-src '{style}'"


def _inline(page: str, name: str) -> str:
    text = page.partition(f"<{name}>")[2].partition(f"</{name}>")[0]
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _flatten(routes: Routes, problem: ProblemShape, prefix: str = "") -> Iterator[tuple[str, Route]]:
    for route in routes:
        if isinstance(route, Group):
            yield from _flatten(route.routes, route.problem or problem, prefix + route.prefix)
        elif isinstance(route, Route):
            yield prefix + route.path, replace(route, problem=route.problem or problem)


def _seen(route: Route, guarded: bool) -> Route:
    return route if guarded else replace(route, scope=None)


def _kinds(route: Route) -> Iterator[Any]:
    for kind in (route.request, route.described, route.response, route.query):
        if kind is not None and kind not in (bytes, BodyStream):
            yield kind


def _key(kind: Any) -> str:  # noqa: ANN401 -- any annotation
    return repr(kind)


def _operation(
    path: str, route: Route, schemas: dict[str, dict[str, Any]], components: dict[str, Any]
) -> dict[str, object]:
    name = re.sub(r"\W+", "_", PARAMETER.sub(r"\1", path)).strip("_") or "root"
    operation: dict[str, object] = {
        "operationId": f"{route.method.lower()}_{name}",
        "summary": route.summary,
        "tags": list(route.tags),
        "parameters": [
            *_path_parameters(path, route),
            *_header_parameters(route),
            *_query_parameters(route, schemas, components),
        ],
        "responses": _responses(path, route, schemas),
    }
    if route.request is not None:
        operation["requestBody"] = _request_body(route, schemas)
    if route.scope is not None:
        operation["security"] = [{"token": []}]
        operation["description"] = f"Needs the scope `{route.scope}`."
    return operation


def _path_parameters(path: str, route: Route) -> Iterator[dict[str, object]]:
    for name, kind in PARAMETER.findall(path):
        schema = route.parameters.get(name) or PARAMETER_SCHEMAS.get(kind, {"type": "string", "minLength": 1})
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _header_parameters(route: Route) -> Iterator[dict[str, object]]:
    for name, schema in route.parameters.items():
        if name.startswith(HEADER):
            yield {"name": name.removeprefix(HEADER), "in": "header", "required": True, "schema": schema}


def _query_parameters(
    route: Route, schemas: dict[str, dict[str, Any]], components: dict[str, Any]
) -> Iterator[dict[str, object]]:
    if route.query is None:
        return
    schema = schemas[_key(route.query)]
    schema = components[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    for name, inner in schema.get("properties", {}).items():
        required = name in schema.get("required", ())
        parameter = {"name": name, "in": "query", "required": required, "schema": inner}
        if "description" in inner:
            parameter["description"] = inner["description"]
        yield parameter


def _request_body(route: Route, schemas: dict[str, dict[str, Any]]) -> dict[str, object]:
    raw = route.request in (bytes, BodyStream)
    if raw and route.described in (None, bytes):
        kinds = route.request_media_types or ("application/octet-stream",)
        return {"required": route.described is bytes, "content": {kind: {"schema": {}} for kind in kinds}}
    kinds = ("application/json",) if raw else route.request_media_types or ("application/json",)
    schema = schemas[_key(route.described or route.request)]
    return {"required": True, "content": {kind: {"schema": schema} for kind in kinds}}


def _responses(path: str, route: Route, schemas: dict[str, dict[str, Any]]) -> dict[str, object]:
    good: dict[str, object] = {"description": PHRASES.get(route.status, "Answer")}
    if route.response is not None and route.response not in (bytes, BodyStream):
        good["content"] = {route.response_media_type: {"schema": schemas[_key(route.response)]}}
    elif route.response is not None or route.response_media_type != "application/json":
        good["content"] = {route.response_media_type: {"schema": {}}}
    statuses = {*route.errors, *route.failures.values()}
    statuses |= {404} if "{" in path else set()
    statuses |= {401, 403} if route.scope is not None else set()
    statuses |= {400, 413, 415} if route.request is not None else set()
    statuses |= {400} if route.query is not None else set()
    shape = route.problem or problem_json
    problem = {shape.media_type: {"schema": {"$ref": f"#/components/schemas/{shape.name}"}}}
    wrong = {
        str(status): {"description": PHRASES.get(status, "Error"), "content": problem} for status in sorted(statuses)
    }
    return {str(route.status): good, **wrong}
