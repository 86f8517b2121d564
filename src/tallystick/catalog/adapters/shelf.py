"""Contents, sources and occurrences as rows of the store."""

import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, Final

from sqlalchemy import Row, Select, func, select

from tallystick.catalog.adapters.recording import Recording
from tallystick.catalog.adapters.tables import contents, locations, occurrences, sources
from tallystick.catalog.domain.digest import Digest
from tallystick.catalog.domain.found import Container, Content, Frame
from tallystick.catalog.domain.views import ContentView, Counts, Location, Occurrence, SourceView
from tallystick.platform.store import Connection, Store, upsert

__all__ = ["READER", "Shelf"]

READER: Final = 2
"""Counts up when readers find more than they did, so that what was read before is read again."""

NAMES: Final = 5
OPENED: Final = 20
"""How many sources are opened outwards to name one that is nested in them."""


class Shelf:
    """Everything that is known, for every process at once."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def at(self, location: Location) -> SourceView | None:
        """Return what was read at this place, if the file there has not changed since."""
        query = (
            _SOURCES.join(locations, locations.c.source_id == sources.c.content_id)
            .where(locations.c.uri == location.uri, locations.c.size == location.size)
            .where(locations.c.modified_ns == location.modified_ns, sources.c.reader == READER)
        )
        with self._store.read() as connection:
            row = connection.execute(query).one_or_none()
            return _source(connection, row) if row else None

    def already_read(self, content: Content, location: Location) -> SourceView | None:
        """Return the outermost source that this content was read as before, and note that it lies here too."""
        query = _SOURCES.where(contents.c.sha256 == content.sha256, sources.c.reader == READER, sources.c.depth == 0)
        with self._store.write() as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            _locate(connection, location, row.content_id)
            return _source(connection, row)

    def record(self, frames: Iterable[Frame], containers: Sequence[Container], location: Location) -> SourceView:
        """Keep what was found in one file and all that is nested in it: everything, or nothing."""
        with self._store.write() as connection:
            recording = Recording(connection, containers, reader=READER, now_ms=time.time_ns() // 1_000_000)
            for frame in frames:
                recording.add(frame.entries)
            source_id = recording.close()
            _locate(connection, location, source_id)
            return _source(connection, connection.execute(_SOURCES.where(sources.c.content_id == source_id)).one())

    def find(self, digests: Sequence[Digest]) -> list[ContentView]:
        """Return the contents that have one of these digests, which are all of one algorithm."""
        if not digests:
            return []
        column = contents.c[digests[0].algorithm]
        with self._store.read() as connection:
            found = [
                row
                for start in range(0, len(digests), _AT_ONCE)
                for row in connection.execute(
                    select(contents).where(column.in_([each.value for each in digests[start : start + _AT_ONCE]]))
                )
            ]
        return [_content(row) for row in sorted({row.id: row for row in found}.values(), key=lambda row: row.id)]

    def occurrences(self, content_id: int, limit: int) -> list[Occurrence]:
        """Return where a content lies, first catalogued first."""
        query = (
            select(occurrences, contents.c.sha256, sources.c.kind)
            .join(sources, sources.c.content_id == occurrences.c.source_id)
            .join(contents, contents.c.id == occurrences.c.source_id)
            .where(occurrences.c.content_id == content_id)
            .order_by(occurrences.c.source_id, occurrences.c.number)
            .limit(limit)
        )
        with self._store.read() as connection:
            names = cache(partial(_names, connection))
            return [_occurrence(row, names(row.source_id)) for row in connection.execute(query).all()]

    def parents(self, content_id: int, limit: int) -> tuple[int, list[str]]:
        """Count the sources that hold a content, and give the SHA-1 of some."""
        held = (
            select(contents.c.sha1)
            .join(occurrences, occurrences.c.source_id == contents.c.id)
            .where(occurrences.c.content_id == content_id)
            .distinct()
        )
        return self._related(held, limit)

    def children(self, content_id: int, limit: int) -> tuple[int, list[str]]:
        """Count the contents that a source holds, and give the SHA-1 of some."""
        holding = (
            select(contents.c.sha1)
            .join(occurrences, occurrences.c.content_id == contents.c.id)
            .where(occurrences.c.source_id == content_id)
            .distinct()
        )
        return self._related(holding, limit)

    def _related(self, query: Select[tuple[Any]], limit: int) -> tuple[int, list[str]]:
        with self._store.read() as connection:
            total = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
            return total, [row.sha1.hex() for row in connection.execute(query.order_by("sha1").limit(limit))]

    def sources(self, *, limit: int, offset: int = 0) -> list[SourceView]:
        """Return the outermost sources, newest first."""
        query = _SOURCES.where(sources.c.depth == 0).order_by(sources.c.added_ms.desc(), sources.c.content_id.desc())
        with self._store.read() as connection:
            return [_source(connection, row) for row in connection.execute(query.limit(limit).offset(offset)).all()]

    def source(self, sha256: bytes) -> SourceView | None:
        """Return the source with this content."""
        with self._store.read() as connection:
            row = connection.execute(_SOURCES.where(contents.c.sha256 == sha256)).one_or_none()
            return _source(connection, row) if row else None

    def counts(self) -> Counts:
        """Count everything."""
        with self._store.read() as connection:
            found = [
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (contents, sources, occurrences)
            ]
            return Counts(*found)


_AT_ONCE = 1000
"""Digests in one statement; databases bound the number of parameters."""

_SOURCES = select(sources, contents.c.sha256, contents.c.sha1, contents.c.size).join(
    contents, contents.c.id == sources.c.content_id
)


def _locate(connection: Connection, location: Location, source_id: int) -> None:
    row: Mapping[str, object] = {
        "uri": location.uri,
        "source_id": source_id,
        "size": location.size,
        "modified_ns": location.modified_ns,
        "seen_ms": time.time_ns() // 1_000_000,
    }
    upsert(connection, locations, [row], key=["uri"])


def _source(connection: Connection, row: Row[Any]) -> SourceView:
    return SourceView(
        sha256=row.sha256.hex(),
        sha1=row.sha1.hex(),
        size=row.size,
        kind=row.kind,
        integrity=row.integrity,
        problem=row.problem,
        position=row.position,
        entries=row.entries,
        added_ms=row.added_ms,
        locations=list(_uris(connection, row.content_id)),
    )


def _uris(connection: Connection, source_id: int) -> Iterator[str]:
    query = select(locations.c.uri).where(locations.c.source_id == source_id).order_by(locations.c.uri)
    yield from connection.execute(query.limit(NAMES)).scalars()


def _occurrence(row: Row[Any], source_names: list[str]) -> Occurrence:
    return Occurrence(
        path=row.path.decode(errors="replace"),
        kind=row.type,
        source_sha256=row.sha256.hex(),
        source_kind=row.kind,
        source_names=source_names,
    )


def _names(connection: Connection, source_id: int) -> list[str]:
    """Name a source by where it lies, and a nested one by its path in the sources around it, the nearest first.

    An archive may hold itself, and each of many may hold all of the others: no source is opened outwards twice, and
    few are.
    """
    names: list[str] = []
    opened: set[int] = set()
    around = deque([(source_id, "")])
    while around and len(names) < NAMES:
        here, inside = around.popleft()
        names += [f"{uri}{inside}" for uri in _uris(connection, here)]
        if here in opened or len(opened) == OPENED:
            continue
        opened.add(here)
        holding = select(occurrences.c.source_id, occurrences.c.path).where(occurrences.c.content_id == here)
        for row in connection.execute(holding.limit(NAMES)):
            around.append((row.source_id, f"!/{row.path.decode(errors='replace')}{inside}"))
    return names[:NAMES]


def _content(row: Row[Any]) -> ContentView:
    return ContentView(
        id=row.id,
        sha256=row.sha256.hex(),
        sha1=row.sha1.hex(),
        md5=row.md5.hex(),
        crc32=f"{row.crc32:08x}",
        size=row.size,
    )
