"""A backup's file: a zstd-compressed tar whose last member proves that it is whole.

manifest.json             format, time, the revision of each branch, and the folders of the data directory
tables/NAME/NUMBER        MessagePack: the columns' names, then rows
files/PATH                a file of the data directory
complete.json             the number of members before it, and the SHA-256 of their names and contents
"""

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

import msgspec
import zstandard

from tallystick.platform.store.errors import BackupError, StoreError

__all__ = ["MANIFEST", "ArchiveWriter", "Manifest", "Readable", "members", "verify", "writing"]

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
COMPLETE: Final = "complete.json"
CHUNK: Final = 1 << 20


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds: the revision that each branch of migrations had, and folders of the data directory."""

    made_ms: int
    revisions: dict[str, str]
    folders: tuple[str, ...] = ()
    format: int = FORMAT


class Readable(Protocol):
    """What gives its bytes piece by piece."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, all that is left when negative."""
        ...


class ArchiveWriter:
    """Adds members, and at the end the proof."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._members = 0
        self._digest = hashlib.sha256()

    def add(self, name: str, content: bytes) -> None:
        """Add a member from memory."""
        self.add_stream(name, io.BytesIO(content), len(content))

    def add_stream(self, name: str, stream: Readable, size: int) -> None:
        """Add a member of `size` bytes from a file."""
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._digest.update(name.encode())
        self._tar.addfile(member, _Hashed(stream, self._digest))
        self._members += 1

    def finish(self) -> None:
        """Add the proof."""
        self.add(COMPLETE, _proof(self._members, self._digest.hexdigest()))


class _Hashed(io.RawIOBase):
    def __init__(self, stream: Readable, digest: "hashlib._Hash") -> None:
        self._stream = stream
        self._digest = digest

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._digest.update(data)
        return data


@contextmanager
def writing(file: Path) -> Iterator[ArchiveWriter]:
    """Write a new archive, readable by its owner alone; it gets its name once it is whole and on disk."""
    if file.exists():
        raise BackupError(f"{file} exists; a backup replaces nothing")
    partial = file.with_name(file.name + ".partial")
    try:
        descriptor = os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    except OSError as error:
        raise BackupError(f"{partial} cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(descriptor, "wb") as raw:
            with zstandard.open(raw, "wb", closefd=False) as packed, tarfile.open(fileobj=packed, mode="w|") as tar:
                writer = ArchiveWriter(tar)
                yield writer
                writer.finish()
            raw.flush()
            os.fsync(raw.fileno())
        partial.rename(file)
    except BaseException as error:
        partial.unlink(missing_ok=True)
        if isinstance(error, OSError) and not isinstance(error, StoreError):
            raise BackupError(f"{file} cannot be written: {error}") from error
        raise


def members(file: Path) -> Iterator[tuple[str, Readable]]:
    """Yield each member's name and content, in order; a content is read before the next one is asked for."""
    with (
        _told_of(file),
        zstandard.open(file, "rb") as packed,
        tarfile.open(fileobj=packed, mode="r|") as tar,
    ):
        for member in tar:
            stream = tar.extractfile(member)
            if stream is None:
                raise BackupError(f"{file} is not a backup: {member.name} is not a file")
            yield member.name, _Content(file, stream)


class _Content:
    """A member's bytes; what is wrong with them is told of the file that they are in."""

    def __init__(self, file: Path, stream: Readable) -> None:
        self._file, self._stream = file, stream

    def read(self, size: int = -1, /) -> bytes:
        with _told_of(self._file):
            return self._stream.read(size)


@contextmanager
def _told_of(file: Path) -> Iterator[None]:
    """Say of which file it is that reading failed."""
    try:
        yield
    except OSError as error:
        raise BackupError(f"{file} cannot be read: {error.strerror or error}") from error
    except (tarfile.TarError, zstandard.ZstdError, EOFError) as error:
        raise BackupError(f"{file} is truncated, damaged, or not a backup: {error}") from error


def verify(file: Path) -> Manifest:
    """Read the whole file and return its manifest; nothing may be done with a file that fails here."""
    digest, manifest = hashlib.sha256(), None
    for count, (name, stream) in enumerate(members(file)):
        if name == COMPLETE:
            if manifest is None or stream.read() != _proof(count, digest.hexdigest()):
                break
            return manifest
        digest.update(name.encode())
        while data := stream.read(CHUNK):
            digest.update(data)
            if name == MANIFEST:
                manifest = _manifest(file, data)
    raise BackupError(f"{file} is truncated or damaged; nothing has been changed")


def _proof(members: int, sha256: str) -> bytes:
    return msgspec.json.encode({"members": members, "sha256": sha256})


def _manifest(file: Path, data: bytes) -> Manifest:
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError as error:
        raise BackupError(f"{file} is not a backup: {error}") from error
    if manifest.format != FORMAT:
        raise BackupError(f"{file} has format {manifest.format}; this version reads format {FORMAT}")
    return manifest
