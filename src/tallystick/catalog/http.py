"""The catalog's own API."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from tallystick.catalog.domain.digest import ALGORITHMS, digest_pattern
from tallystick.catalog.domain.views import ContentView, Occurrence, SourceView
from tallystick.catalog.errors import InvalidDigest, UnknownContent
from tallystick.catalog.service import CatalogService
from tallystick.platform.http import Failures, Request, Route, Routes

__all__ = ["catalog_routes"]

SCOPE: Final = "catalog:read"
DIGEST: Final = {"digest": {"type": "string", "pattern": digest_pattern(*ALGORITHMS)}}
FAILURES: Final[Failures] = {InvalidDigest: 400, UnknownContent: 404}


class Occurrences(msgspec.Struct, frozen=True):
    """A content and where it lies."""

    content: ContentView
    occurrences: list[Occurrence]


class Sources(msgspec.Struct, frozen=True):
    """Added files, newest first."""

    sources: list[SourceView]


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which part of a list."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 100
    offset: Annotated[int, Meta(ge=0, le=1_000_000_000)] = 0


class Bound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many at most."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


def catalog_routes(service: CatalogService) -> Routes:
    """Declare contents and sources; a digest may be of any of the three algorithms."""

    def content(request: Request[None]) -> ContentView:
        return service.find(request.path_values["digest"])

    def occurrences(request: Request[None]) -> Occurrences:
        found = service.find(request.path_values["digest"])
        return Occurrences(found, service.occurrences(found, request.query.limit))

    def sources(request: Request[None]) -> Sources:
        return Sources(service.sources(limit=request.query.limit, offset=request.query.offset))

    def source(request: Request[None]) -> SourceView:
        return service.source(request.path_values["sha256"])

    return (
        Route(
            "GET",
            "/v1/contents/{digest}",
            content,
            parameters=DIGEST,
            response=ContentView,
            scope=SCOPE,
            summary="Tell a content by one of its digests.",
            tags=("catalog",),
            failures=FAILURES,
        ),
        Route(
            "GET",
            "/v1/contents/{digest}/occurrences",
            occurrences,
            parameters=DIGEST,
            query=Bound,
            response=Occurrences,
            scope=SCOPE,
            summary="List where a content lies.",
            tags=("catalog",),
            failures=FAILURES,
        ),
        Route(
            "GET",
            "/v1/sources",
            sources,
            query=Window,
            response=Sources,
            scope=SCOPE,
            summary="List the files that were added.",
            tags=("catalog",),
        ),
        Route(
            "GET",
            "/v1/sources/{sha256}",
            source,
            parameters={"sha256": {"type": "string", "pattern": digest_pattern("sha256")}},
            response=SourceView,
            scope=SCOPE,
            summary="Tell one source, nested ones too.",
            tags=("catalog",),
            failures=FAILURES,
        ),
    )
