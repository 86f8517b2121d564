"""Writing down one scan, inside the transaction that makes it known."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, select, update

from tallystick.catalog.adapters.tables import contents, occurrences, sources
from tallystick.catalog.domain.found import Container, Content, Entry
from tallystick.catalog.domain.ownership import judged, members_of, owners
from tallystick.platform.store import Connection, upsert

__all__ = ["Recording"]

BATCH: Final = 500
_IN_PIECES: Final[Mapping[str, Any]] = {"execution_options": {"yield_per": 1000}}


class _Link(NamedTuple):
    """A hard link, as a row of its source."""

    number: int
    path: bytes
    target: bytes


class Recording:
    """Adds entries to their sources; a nested source that was read as deep before is left as it is."""

    def __init__(self, connection: Connection, containers: Sequence[Container], *, reader: int, now_ms: int) -> None:
        self._connection = connection
        self._containers = containers
        self._members = members_of(containers)
        self._reader = reader
        self._now_ms = now_ms
        self._owners = owners(containers)
        self._sources: dict[int, int] = {}  # the source's row, by the number of the container that is recorded as it
        self._entries: Counter[int] = Counter()
        self._links: dict[int, list[_Link]] = defaultdict(list)  # by the source
        self._open()

    def add(self, entries: Sequence[Entry]) -> None:
        """Record entries, in their order."""
        ids = self._content_ids(entry.content for entry in entries if entry.content)
        rows = [self._row(entry, ids) for entry in entries if self._taken(entry)]
        if rows:
            self._connection.execute(occurrences.insert(), rows)

    def close(self) -> int:
        """Let hard links share their targets' contents, count, and return the outermost source."""
        for source_id, links in self._links.items():
            self._link(source_id, links)
        for source_id, entries in self._entries.items():
            row = update(sources).where(sources.c.content_id == source_id)
            self._connection.execute(row.values(entries=entries))
        return self._outermost

    def _link(self, source_id: int, links: Sequence[_Link]) -> None:
        """Read a source's paths once for all of its links: nobody else writes while this lasts."""
        here = occurrences.c.source_id == source_id
        targets = {link.target for link in links}
        paths = select(occurrences.c.path, occurrences.c.content_id).where(here, occurrences.c.content_id.is_not(None))
        shared: dict[bytes, int] = {}
        for path, content_id in self._connection.execute(paths.order_by(occurrences.c.number), **_IN_PIECES):
            if path in targets:
                shared.setdefault(path, content_id)
        found = []
        for link in links:
            if (content_id := shared.get(link.target)) is not None:
                shared.setdefault(link.path, content_id)
                found.append({"at": link.number, "shared": content_id})
        if found:
            rows = update(occurrences).where(here, occurrences.c.number == bindparam("at"))
            self._connection.execute(rows.values(content_id=bindparam("shared")), found)

    def _open(self) -> None:
        """Make a row for each container whose content is known and that was not read as deep before."""
        known = [container for container in self._containers if container.content]
        ids = self._content_ids(container.content for container in known if container.content)
        seen: set[int] = set()
        for container in sorted(known, key=lambda container: container.number):
            assert container.content is not None  # noqa: S101 -- chosen so
            source_id = ids[container.content.sha256]
            if container.number == 0:
                self._outermost = source_id
            if source_id not in seen and not self._read_before(source_id, container.depth):
                self._sources[container.number] = source_id
                self._begin(source_id, container)
            seen.add(source_id)

    def _read_before(self, source_id: int, depth: int) -> bool:
        here = sources.c.content_id == source_id
        query = select(sources.c.content_id).where(here, sources.c.reader == self._reader, sources.c.depth <= depth)
        return self._connection.execute(query).one_or_none() is not None

    def _begin(self, source_id: int, container: Container) -> None:
        verdict = judged(container, self._members[container.number])
        row: Mapping[str, object] = {
            "content_id": source_id,
            "kind": verdict.kind,
            "integrity": verdict.integrity,
            "problem": verdict.problem or "",
            "position": verdict.position,
            "depth": verdict.depth,
            "reader": self._reader,
            "entries": 0,
            "added_ms": self._now_ms,
        }
        self._connection.execute(occurrences.delete().where(occurrences.c.source_id == source_id))
        upsert(self._connection, sources, [row], key=["content_id"])

    def _taken(self, entry: Entry) -> bool:
        return self._owners[entry.container].container.number in self._sources

    def _row(self, entry: Entry, ids: Mapping[bytes, int]) -> dict[str, object]:
        owner = self._owners[entry.container]
        source_id = self._sources[owner.container.number]
        number = self._entries[source_id]
        self._entries[source_id] += 1
        if entry.kind == "hardlink" and entry.target is not None:
            link = _Link(number, owner.prefix + entry.path, owner.prefix + entry.target)
            self._links[source_id].append(link)
        return {
            "source_id": source_id,
            "number": number,
            "path": owner.prefix + entry.path,
            "type": entry.kind,
            "content_id": ids[entry.content.sha256] if entry.content else None,
            "target": entry.target,
            "mode": entry.mode,
            "modified_ms": entry.modified_ms,
        }

    def _content_ids(self, found: Iterable[Content]) -> dict[bytes, int]:
        """Make sure that contents have rows, and return these."""
        distinct = list({content.sha256: content for content in found}.values())
        ids: dict[bytes, int] = {}
        for start in range(0, len(distinct), BATCH):
            batch = distinct[start : start + BATCH]
            rows = [{"sha256": c.sha256, "sha1": c.sha1, "md5": c.md5, "crc32": c.crc32, "size": c.size} for c in batch]
            upsert(self._connection, contents, rows, key=["sha256"], replace=False)
            wanted = select(contents.c.sha256, contents.c.id).where(contents.c.sha256.in_([c.sha256 for c in batch]))
            ids |= {bytes(row.sha256): row.id for row in self._connection.execute(wanted)}
        return ids
