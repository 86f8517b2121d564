"""What the catalog is told and answers."""

from dataclasses import dataclass

import msgspec

from tallystick.catalog.domain.found import Integrity, Kind

__all__ = ["Added", "ContentView", "Counts", "Location", "Occurrence", "SourceView"]


class ContentView(msgspec.Struct, frozen=True, kw_only=True):
    """A content, in hexadecimal digits."""

    id: int
    sha256: str
    sha1: str
    md5: str
    crc32: str
    size: int


class SourceView(msgspec.Struct, frozen=True, kw_only=True):
    """A source: what it is, how whole, and where it lies."""

    sha256: str
    sha1: str
    size: int
    kind: str
    integrity: Integrity
    problem: str
    position: int | None
    entries: int
    added_ms: int
    locations: list[str]


class Occurrence(msgspec.Struct, frozen=True, kw_only=True):
    """Where a content lies: a path in a source, and the source's own name: a location, or its path further out."""

    path: str
    kind: Kind
    source_sha256: str
    source_kind: str
    source_names: list[str]


@dataclass(frozen=True)
class Location:
    """Where a source lies, and what tells that the file there is still the same."""

    uri: str
    size: int
    modified_ns: int


@dataclass(frozen=True)
class Added:
    """What became of one file. `new` is false when its content had been read before."""

    uri: str
    sha256: str
    new: bool
    kind: str
    integrity: Integrity
    problem: str
    entries: int


@dataclass(frozen=True)
class Counts:
    """How much is known."""

    contents: int
    sources: int
    occurrences: int
