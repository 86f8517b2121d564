"""The console's page about known files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from tallystick.catalog.domain.views import ContentView, Occurrence
from tallystick.catalog.errors import InvalidDigest, UnknownContent
from tallystick.catalog.service import CatalogService
from tallystick.platform.http import Request
from tallystick.platform.web import Glance, Page

__all__ = ["catalog_glance", "catalog_pages"]

TONES: Final[Mapping[str, str]] = {"complete": "good", "partial": "warn", "encrypted": "calm", "unsupported": "warn"}
SHOWN: Final = 50


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The digest that was asked for."""

    digest: str = ""


@dataclass(frozen=True)
class _Answer:
    """What is said of a digest: a refusal, or its content and where that lies."""

    refusal: str = ""
    content: ContentView | None = None
    occurrences: Sequence[Occurrence] = ()


def catalog_pages(service: CatalogService) -> tuple[Page, ...]:
    """Declare the page."""

    def files(request: Request[Any]) -> Mapping[str, object]:
        digest = request.query.digest.strip()
        return {
            "counts": service.counts(),
            "sources": service.sources(limit=SHOWN),
            "tones": TONES,
            "digest": digest,
            "answer": _answer(service, digest) if digest else None,
        }

    page = Page(
        "/files", "Known files", "catalog/files.html", files, label="Known files", section="Catalog", query=Question
    )
    return (page,)


def catalog_glance(service: CatalogService) -> Glance:
    """Show how much is known."""
    return Glance("catalog/glance.html", lambda _: {"counts": service.counts()}, place="beside")


def _answer(service: CatalogService, digest: str) -> _Answer:
    try:
        content = service.find(digest)
    except (InvalidDigest, UnknownContent) as error:
        return _Answer(refusal=str(error))
    return _Answer(content=content, occurrences=service.occurrences(content, SHOWN))
