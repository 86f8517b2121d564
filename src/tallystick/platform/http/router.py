"""Find the route of a path."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from starlette.convertors import Convertor
from starlette.routing import compile_path
from starlette.types import Scope

from tallystick.platform.http.problem import Origin, Problem
from tallystick.platform.http.route import Group, RawRoute, Route, Routes
from tallystick.platform.http.wording import ProblemShape

__all__ = ["Match", "Place", "Router", "routed_path"]

ENCODED_SLASH = re.compile(rb"%2f", re.IGNORECASE)
SLASH_IN_VALUE = "\0"


@dataclass(frozen=True)
class Place:
    """A path template and what is answered there, by method."""

    template: str
    pattern: re.Pattern[str]
    convertors: dict[str, Convertor[Any]]
    answers: dict[str, Route | RawRoute]

    @property
    def allowed(self) -> str:
        """The methods that may be used here, as the `Allow` header lists them."""
        methods = {*self.answers, "OPTIONS"} | ({"HEAD"} if "GET" in self.answers else set())
        return ", ".join(sorted(methods))


@dataclass(frozen=True)
class Match:
    """The route of a request, with the typed values of its path."""

    place: Place
    answer: Route | RawRoute
    values: dict[str, Any]


class Router:
    """Paths without parameters first, the others in the order of their declaration; repeated slashes count as one."""

    def __init__(self, routes: Routes, problem: ProblemShape) -> None:
        self._problem = problem
        self._groups: list[Group] = []
        places: dict[str, Place] = {}
        for route in self._flatten(routes, Group("", ())):
            place = places.setdefault(route.path, _place(route.path))
            for method in _methods(route):
                if place.answers.setdefault(method, route) is not route:
                    raise ValueError(f"{method} {route.path} is declared twice")
        self.places = list(places.values())
        self._fixed = {place.template: place for place in self.places if not place.convertors}
        self._patterns = [place for place in self.places if place.convertors]

    def shape(self, path: str) -> ProblemShape:
        """Give the wording of problems that holds at `path`: that of the innermost group."""
        around = [group for group in self._groups if group.problem and (path + "/").startswith(group.prefix + "/")]
        innermost = max(around, key=lambda group: len(group.prefix), default=None)
        return (innermost and innermost.problem) or self._problem

    def match(self, method: str, path: str) -> Match:
        """Find the route, or raise a 404 or 405 `Problem`."""
        allowed: set[str] = set()
        for place, values in self._places_of(path):
            answer = place.answers.get(method) or (place.answers.get("GET") if method == "HEAD" else None)
            if answer is not None:
                return Match(place, answer, values)
            allowed.update(place.allowed.split(", "))
        if not allowed:
            raise Problem(
                404, detail=f"nothing is found at {path.replace(SLASH_IN_VALUE, '%2F')}", origin=Origin.ROUTER
            )
        raise Problem(
            405,
            detail=f"{method} is not answered here",
            headers={"allow": ", ".join(sorted(allowed))},
            origin=Origin.ROUTER,
        )

    def _places_of(self, path: str) -> Iterator[tuple[Place, dict[str, Any]]]:
        if path in self._fixed:
            yield self._fixed[path], {}
        for place in self._patterns:
            if found := place.pattern.match(path):
                try:
                    yield place, _values(place, found)
                except ValueError:
                    continue

    def _flatten(self, routes: Iterable[Route | RawRoute | Group], within: Group) -> Iterator[Route | RawRoute]:
        for route in routes:
            match route:
                case RawRoute():
                    yield replace(route, path=within.prefix + route.path)
                case Route():
                    failures = {**within.failures, **route.failures}
                    shape = route.problem or within.problem or self._problem
                    yield replace(route, path=within.prefix + route.path, failures=failures, problem=shape)
                case Group():
                    inner = Group(
                        within.prefix + route.prefix,
                        route.routes,
                        {**within.failures, **route.failures},
                        route.problem or within.problem,
                    )
                    self._groups.append(inner)
                    yield from self._flatten(route.routes, inner)


def routed_path(scope: Scope) -> str:
    """Give the path to match: percent-decoded, repeated slashes merged, an encoded slash kept inside its value."""
    raw: bytes = scope.get("raw_path") or b""
    if b"%" not in raw:
        path: str = scope["path"]
    elif b"%00" in raw:
        path = "\ufffd"
    else:
        path = unquote(ENCODED_SLASH.sub(b"%00", raw).decode("latin-1"))
    return re.sub("/{2,}", "/", path) if "//" in path else path


def _place(template: str) -> Place:
    pattern, _, convertors = compile_path(template)
    return Place(template, re.compile(pattern.pattern, re.DOTALL), convertors, {})


def _methods(route: Route | RawRoute) -> Sequence[str]:
    return (route.method,) if isinstance(route, Route) else route.methods


def _values(place: Place, found: re.Match[str]) -> dict[str, Any]:
    texts = found.groupdict()
    return {name: place.convertors[name].convert(text.replace(SLASH_IN_VALUE, "/")) for name, text in texts.items()}
