"""The API of CIRCL's hashlookup over our catalog: strings for values, upper-case digits, `message` only in refusals."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import msgspec

from tallystick.catalog.domain.digest import ALGORITHMS, Algorithm, digest_pattern
from tallystick.catalog.domain.views import ContentView
from tallystick.catalog.errors import InvalidDigest, UnknownContent
from tallystick.catalog.service import CatalogService
from tallystick.native import __version__
from tallystick.platform.http import Group, Problem, ProblemShape, Reply, Request, Route, Routes

__all__ = ["hashlookup_routes"]

UNKNOWN: Final[dict[Algorithm, str]] = {
    "md5": "Non existing MD5",
    "sha1": "Non existing SHA-1",
    "sha256": "Non existing SHA-256",
}
MALFORMED: Final = "{0} value incorrect, expecting a {0} value in hex format"
NO_HASHES: Final = "JSON format incorrect. An array of hashes in the key 'hashes' is expected."
SHOWN: Final = 15
LARGEST_PAGE: Final = 1000
CURSOR: Final = re.compile("[0-9]{1,9}")
SCOPE: Final = "catalog:read"


class Hashes(msgspec.Struct):
    """Digests to look up; what is no text is not known."""

    hashes: list[Any]


Related = Callable[[ContentView, int], tuple[int, list[str]]]
_hashes = msgspec.json.Decoder(Hashes)


def _refusal(problem: Problem, _: Request[Any]) -> Reply:
    return Reply({"message": problem.detail or problem.title}, status=problem.status)


REFUSAL: Final = ProblemShape(
    _refusal,
    "HashlookupRefusal",
    {
        "type": "object",
        "required": ["message"],
        "properties": {"message": {"type": "string"}, "query": {"type": "string"}},
    },
)


def hashlookup_routes(service: CatalogService) -> Routes:
    """Declare the routes that its clients call."""
    door = _Door(service)
    routes = [
        *(
            _get(f"/lookup/{algorithm}/{{digest}}", partial(door.lookup, algorithm), "Look one digest up.", algorithm)
            for algorithm in ALGORITHMS
        ),
        Route("GET", "/lookup/{algorithm}/{digest}", door.unknown_algorithm, scope=SCOPE, hidden=True),
        _get("/info", door.info, "Say how much is known."),
        _get("/parents/{sha1}/{count:int}/{cursor}", door.parents, "List the sources that hold a content."),
        _get("/children/{sha1}/{count:int}/{cursor}", door.children, "List the contents that a source holds."),
        *(
            Route(
                "POST",
                f"/bulk/{algorithm}",
                partial(door.bulk, algorithm),
                request=bytes,
                described=Hashes,
                scope=SCOPE,
                summary="Look many digests up.",
                errors=(404,),
                tags=("hashlookup",),
            )
            for algorithm in ALGORITHMS
        ),
    ]
    return [Group("", routes, problem=REFUSAL)]


def _get(path: str, handler: Callable[[Request[Any]], object], summary: str, algorithm: Algorithm = "sha1") -> Route:
    digest = {"type": "string", "pattern": digest_pattern(algorithm)}
    return Route(
        "GET",
        path,
        handler,
        parameters={"digest": digest, "sha1": digest, "cursor": {"type": "string", "pattern": f"^{CURSOR.pattern}$"}},
        scope=SCOPE,
        summary=summary,
        errors=(400, 404),
        tags=("hashlookup",),
    )


class _Door:
    def __init__(self, service: CatalogService) -> None:
        self._service = service

    def unknown_algorithm(self, request: Request[None]) -> Reply:
        text = request.path_values["digest"]
        return Reply({"message": "MD5, SHA1 and SHA256 are known", "query": text}, status=404)

    def lookup(self, algorithm: Algorithm, request: Request[None]) -> Reply:
        text = request.path_values["digest"]
        try:
            content = self._service.find(text, algorithm)
        except InvalidDigest:
            return Reply({"message": MALFORMED.format(algorithm.upper())}, status=400)
        except UnknownContent:
            return Reply({"message": UNKNOWN[algorithm], "query": text}, status=404)
        return Reply(self._record(content) | self._relations(content))

    def bulk(self, algorithm: Algorithm, request: Request[bytes]) -> Reply:
        try:
            texts = _hashes.decode(request.body).hashes
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return Reply({"message": NO_HASHES}, status=404)
        found = self._service.find_many([text for text in texts if isinstance(text, str)], algorithm)
        return Reply([self._record(content) for content in found])

    def info(self, _: Request[None]) -> object:
        return {
            "nsrl-version": "",
            "stat:hashlookup_total_keys": self._service.counts().contents,
            "hashlookup-version": f"tallystick {__version__}",
        }

    def parents(self, request: Request[None]) -> Reply:
        return self._page(request, "parents", self._service.parents)

    def children(self, request: Request[None]) -> Reply:
        return self._page(request, "children", self._service.children)

    def _page(self, request: Request[None], word: str, related: Related) -> Reply:
        """Answer one page; `cursor` is how many were given before it."""
        text, count, cursor = (request.path_values[name] for name in ("sha1", "count", "cursor"))
        try:
            content = self._service.find(text, "sha1")
        except InvalidDigest:
            return Reply({"message": MALFORMED.format("SHA1")}, status=400)
        except UnknownContent:
            return Reply({"message": f"The requested SHA1 has no {word}", "query": text}, status=404)
        start = int(cursor) if CURSOR.fullmatch(cursor) else 0
        wanted = max(1, min(count, LARGEST_PAGE))
        total, found = related(content, start + wanted)
        if not total:
            return Reply({"message": f"The requested SHA1 has no {word}", "query": text}, status=404)
        following = start + wanted if start + wanted < total else 0
        return Reply({word: [sha1.upper() for sha1 in found[start:]], "cursor": str(following), "total": total})

    def _record(self, content: ContentView) -> dict[str, Any]:
        occurrences = self._service.occurrences(content, limit=1)
        record = {
            "MD5": content.md5.upper(),
            "SHA-1": content.sha1.upper(),
            "SHA-256": content.sha256.upper(),
            "CRC32": content.crc32.upper(),
            "FileSize": str(content.size),
            "db": "tallystick",
        }
        if occurrences:
            record["FileName"] = occurrences[0].path
            record["source"] = (occurrences[0].source_names or [occurrences[0].source_sha256])[0]
        return record

    def _relations(self, content: ContentView) -> dict[str, Any]:
        relations: dict[str, Any] = {}
        parents, some_parents = self._service.parents(content, SHOWN)
        children, some_children = self._service.children(content, SHOWN)
        if parents:
            relations["parents"] = [{"SHA-1": sha1.upper()} for sha1 in some_parents]
            relations["hashlookup:parent-total"] = parents
        if children:
            relations["children"] = [{"SHA-1": sha1.upper()} for sha1 in some_children]
            relations["hashlookup:children-total"] = children
        return relations | {"hashlookup:trust": min(100, 50 + 5 * parents)}
