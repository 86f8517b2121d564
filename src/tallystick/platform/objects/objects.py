"""The verbs of an object store."""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Self

import msgspec
import obstore
from obstore.store import ObjectStore

from tallystick.platform.objects.contents import Digest, Measure
from tallystick.platform.objects.errors import ObjectNotFoundError, ObjectsError, translated
from tallystick.platform.objects.keys import INCOMING, NAMED, contents_key, incoming_key, named_key
from tallystick.platform.objects.opening import opened
from tallystick.platform.settings import Secret

__all__ = ["NamedObject", "Objects"]

PART = 8 * 1024 * 1024
PARTS_AT_ONCE = 4
READ_CHUNK = 1024 * 1024
COPY_LIMIT = 5 * 1024**3  # the largest object that S3 copies in one request

Source = bytes | Iterable[bytes]


class NamedObject(msgspec.Struct, frozen=True):
    """A named object as a listing shows it: `modified` in milliseconds UTC."""

    key: str
    size: int
    modified: int


class Objects:
    """Bytes by digest and by name.

    >>> objects = Objects.open("memory:///")
    >>> digest = objects.put(b"half a tally")
    >>> b"".join(objects.read(digest))
    b'half a tally'
    """

    def __init__(self, store: ObjectStore, directory: Path | None = None) -> None:
        self._store = store
        self._directory = directory

    @classmethod
    def open(cls, url: str, *, access_key_id: str = "", secret_access_key: Secret | None = None) -> Self:
        """Open `file:///DIRECTORY`, `memory:///` or `s3://BUCKET/PREFIX?endpoint=URL`; see ObjectsSettings."""
        return cls(*opened(url, access_key_id, secret_access_key or Secret("")))

    def put(self, source: Source) -> Digest:
        """Store contents unless they are there already; return their name once they are durable."""
        measure = Measure()
        chunks = measure.through(_chunks(source))
        head, small = _first_part(chunks)
        if small:
            self._create(measure.digest, head)
        else:
            self._receive(chain([head], chunks), measure)
        return measure.digest

    def contains(self, digest: Digest) -> bool:
        """Tell whether the contents are stored."""
        try:
            with translated(digest.sha256):
                obstore.head(self._store, contents_key(digest))
        except ObjectNotFoundError:
            return False
        return True

    def read(self, digest: Digest) -> Iterator[bytes]:
        """Stream contents; raises ObjectNotFoundError at once, CorruptObjectError at the end if they are damaged."""
        measure = Measure()
        chunks = self._stream(contents_key(digest), digest.sha256)
        return _checked(measure, chunks, digest)

    def discard(self, digest: Digest) -> None:
        """Forget contents; without them, do nothing."""
        self._delete(contents_key(digest), digest.sha256)

    def put_named(self, key: str, source: Source) -> None:
        """Store bytes under a key, replacing what was there in one step."""
        self._write(named_key(key), _chunks(source), key)

    def read_named(self, key: str) -> Iterator[bytes]:
        """Stream what lies under the key; raises ObjectNotFoundError at once."""
        return self._stream(named_key(key), key)

    def list(self, prefix: str = "") -> Iterator[NamedObject]:
        """List the named objects below a prefix of whole segments, in no order."""
        below = named_key(prefix.rstrip("/")) if prefix else NAMED
        with translated(prefix):
            for batch in obstore.list(self._store, below):
                for found in batch:
                    modified = int(found["last_modified"].timestamp() * 1000)
                    yield NamedObject(found["path"].removeprefix(f"{NAMED}/"), found["size"], modified)

    def delete(self, key: str) -> None:
        """Remove what lies under the key; without it, do nothing."""
        self._delete(named_key(key), key)

    def sweep(self, *, older_than_s: float = 24 * 3600) -> int:
        """Remove what interrupted uploads left behind; return how many pieces."""
        before = time.time() - older_than_s
        swept = 0
        with translated(INCOMING):
            stale = [
                found["path"]
                for batch in obstore.list(self._store, INCOMING)
                for found in batch
                if found["last_modified"].timestamp() < before
            ]
        for path in stale:
            self._delete(path, path)
            swept += 1
        for piece in self._local_pieces():
            with suppress(FileNotFoundError):
                if piece.stat().st_mtime < before:
                    piece.unlink()
                    swept += 1
        return swept

    def _create(self, digest: Digest, contents: bytes) -> None:
        with translated(digest.sha256, writing=True), suppress(obstore.exceptions.AlreadyExistsError):
            obstore.put(self._store, contents_key(digest), contents, mode="create")
        self._settle(contents_key(digest))

    def _receive(self, chunks: Iterator[bytes], measure: Measure) -> None:
        arriving = incoming_key()
        self._write(arriving, chunks, arriving)
        digest = measure.digest
        if self.contains(digest):
            self._delete(arriving, arriving)
            return
        if digest.size <= COPY_LIMIT:
            with translated(digest.sha256):
                obstore.rename(self._store, arriving, contents_key(digest))
            self._settle(contents_key(digest))
        else:
            self._write(contents_key(digest), self._stream(arriving, arriving), digest.sha256)
            self._delete(arriving, arriving)

    def _write(self, path: str, chunks: Iterator[bytes], name: str) -> None:
        source = _Source(chunks)
        try:
            with translated(name, writing=True):
                obstore.put(self._store, path, source, chunk_size=PART, max_concurrency=PARTS_AT_ONCE)
        except ObjectsError as error:
            raise (source.failure or error) from error.__cause__
        self._settle(path)

    def _stream(self, path: str, name: str) -> Iterator[bytes]:
        with translated(name):
            chunks = iter(obstore.get(self._store, path).stream(READ_CHUNK))
        return _translating(chunks, name)

    def _delete(self, path: str, name: str) -> None:
        with suppress(ObjectNotFoundError), translated(name):
            obstore.delete(self._store, path)

    def _settle(self, path: str) -> None:
        """Have a local file and its directories written to the disk, as a remote store does before it answers."""
        if self._directory is None:
            return
        place = self._directory / path
        while place != self._directory.parent:
            descriptor = os.open(place, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            place = place.parent

    def _local_pieces(self) -> Iterator[Path]:
        """Find the half-written files of a local store, which listings hide: `NAME#NUMBER`."""
        return iter(()) if self._directory is None else self._directory.rglob("*#*")


class _Source:
    """The caller's chunks; remembers the caller's own failure, lest it be taken for the store's."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self.failure: BaseException | None = None

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._chunks
        except BaseException as failure:
            self.failure = failure
            raise


def _chunks(source: Source) -> Iterator[bytes]:
    return iter((source,)) if isinstance(source, bytes) else iter(source)


def _first_part(chunks: Iterator[bytes]) -> tuple[bytes, bool]:
    """Read up to one part; say whether that was everything."""
    head = bytearray()
    for chunk in chunks:
        head += chunk
        if len(head) > PART:
            return bytes(head), False
    return bytes(head), True


def _checked(measure: Measure, chunks: Iterator[bytes], digest: Digest) -> Iterator[bytes]:
    yield from measure.through(chunks)
    measure.expect(digest)


def _translating(chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
    with translated(name):
        yield from chunks
