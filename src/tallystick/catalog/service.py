"""What can be asked of the catalog: add a file, and say where a digest occurs."""

import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Protocol

import msgspec

from tallystick.catalog.adapters.shelf import Shelf
from tallystick.catalog.domain.digest import Algorithm, Digest, parse_digest
from tallystick.catalog.domain.found import Container, Frame
from tallystick.catalog.domain.views import Added, ContentView, Counts, Location, Occurrence, SourceView
from tallystick.catalog.errors import InvalidDigest, NotAFile, ReaderFailed, UnknownContent

__all__ = ["CatalogService", "Reader"]

IN_MEMORY = 8 << 20
OCCURRENCES = 100
_frame = msgspec.msgpack.Encoder()
_frames = msgspec.msgpack.Decoder(Frame)


class Reader(Protocol):
    """Who looks into files."""

    def read(self, archive: IO[bytes]) -> AbstractContextManager[Iterator[Frame]]:
        """Give frames as the file is read."""


class CatalogService:
    """Contents, the sources they occur in, and where those lie."""

    def __init__(self, shelf: Shelf, reader: Reader) -> None:
        self._shelf = shelf
        self._reader = reader

    def add(self, path: Path) -> Added:
        """Catalogue one file and everything in it.

        The same bytes are read once, wherever they lie. An interrupted call leaves nothing behind; call again.
        Raises NotAFile and ReaderFailed.
        """
        with _opened(path) as file:
            location = _location(path, file)
            if known := self._shelf.at(location):
                return _added(location, known, new=False)
            with self._reader.read(file) as frames:
                return self._added(location, frames)

    def find(self, text: str, algorithm: Algorithm | None = None) -> ContentView:
        """Return the content with a digest; raises InvalidDigest and UnknownContent."""
        found = self._shelf.find([parse_digest(text, algorithm)])
        if not found:
            raise UnknownContent(f"{text} is not known")
        return found[0]

    def find_many(self, texts: Sequence[str], algorithm: Algorithm) -> list[ContentView]:
        """Return the contents of those digests that are known; what is no digest is not known."""
        digests = [digest for text in texts if (digest := _parsed(text, algorithm))]
        return self._shelf.find(digests)

    def occurrences(self, content: ContentView, limit: int = OCCURRENCES) -> list[Occurrence]:
        """Return where a content lies."""
        return self._shelf.occurrences(content.id, limit)

    def parents(self, content: ContentView, limit: int) -> tuple[int, list[str]]:
        """Return how many sources hold a content, and the SHA-1 of some."""
        return self._shelf.parents(content.id, limit)

    def children(self, content: ContentView, limit: int) -> tuple[int, list[str]]:
        """Return how many contents a source holds, and the SHA-1 of some."""
        return self._shelf.children(content.id, limit)

    def sources(self, *, limit: int = 100, offset: int = 0) -> list[SourceView]:
        """Return the files that were added, newest first."""
        return self._shelf.sources(limit=limit, offset=offset)

    def source(self, sha256: str) -> SourceView:
        """Return one source, nested ones too; raises InvalidDigest and UnknownContent."""
        found = self._shelf.source(parse_digest(sha256, "sha256").value)
        if found is None:
            raise UnknownContent(f"{sha256} is no source")
        return found

    def counts(self) -> Counts:
        """Return how much is known."""
        return self._shelf.counts()

    def _added(self, location: Location, frames: Iterator[Frame]) -> Added:
        """Read to the end first, then record: a transaction never waits for a reader."""
        first = next(frames)
        if first.identified is None:
            raise ReaderFailed("the reader's answer does not begin with the file's digests")
        if known := self._shelf.already_read(first.identified, location):
            return _added(location, known, new=False)
        containers: list[Container] = []
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
            for frame in frames:
                containers += frame.containers
                _keep(spool, frame)
            spool.seek(0)
            return _added(location, self._shelf.record(_kept(spool), containers, location), new=True)


def _opened(path: Path) -> IO[bytes]:
    """Open without waiting for anybody, as a pipe would make one."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise NotAFile(f"{path}: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotAFile(f"{path}: not a regular file")
    return os.fdopen(descriptor, "rb", buffering=0)


def _location(path: Path, file: IO[bytes]) -> Location:
    found = os.fstat(file.fileno())
    return Location(path.resolve().as_uri(), found.st_size, found.st_mtime_ns)


def _parsed(text: str, algorithm: Algorithm) -> Digest | None:
    try:
        return parse_digest(text, algorithm)
    except InvalidDigest:
        return None


def _keep(spool: IO[bytes], frame: Frame) -> None:
    body = _frame.encode(frame)
    spool.write(len(body).to_bytes(4, "little") + body)


def _kept(spool: IO[bytes]) -> Iterator[Frame]:
    while head := spool.read(4):
        yield _frames.decode(spool.read(int.from_bytes(head, "little")))


def _added(location: Location, source: SourceView, *, new: bool) -> Added:
    return Added(
        uri=location.uri,
        sha256=source.sha256,
        new=new,
        kind=source.kind,
        integrity=source.integrity,
        problem=source.problem,
        entries=source.entries,
    )
