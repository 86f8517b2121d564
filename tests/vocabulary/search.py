"""Looks for texts that must not be somewhere: in files, inside what is compressed in them, and in memory."""

import base64
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

import zstandard
from pysqlite3 import dbapi2 as sqlite

__all__ = ["Search"]

ZSTD, GZIP, ZIP = b"\x28\xb5\x2f\xfd", b"\x1f\x8b\x08", b"PK\x03\x04"
SQLITE = b"SQLite format 3\0"
DEEPEST = 4
LONGEST = 64 * 1024 * 1024
CHUNK, OVERLAP = 1024 * 1024, 4096


class Search:
    """Knows things by name, each in every form in which it might be hidden: as it is, in hex, in base64.

    Letters' case does not matter.
    """

    def __init__(self, things: Mapping[str, bytes]) -> None:
        self._plain = {name: {thing.lower()} for name, thing in things.items()}
        self._forms = {name: {form.lower() for form in _forms(thing)} for name, thing in things.items()}

    def of_bytes(self, data: bytes, depth: int = 0) -> set[str]:
        """Name what is in some bytes, or in what is compressed inside them."""
        found = _named(self._forms, data)
        if depth < DEEPEST:
            for content in _compressed(data):
                found |= self.of_bytes(content, depth + 1)
        return found

    def of_directory(self, directory: Path) -> dict[str, set[str]]:
        """Name what is in the files below a directory, and in which of them."""
        found: dict[str, set[str]] = {}
        for file in sorted(directory.rglob("*")):
            if file.is_file() and not file.is_symlink():
                for name in self.of_file(file):
                    found.setdefault(name, set()).add(str(file.relative_to(directory)))
        return found

    def of_file(self, file: Path) -> set[str]:
        """Name what is in one file; every value of a database is looked at, since pages cut long ones in pieces."""
        content = file.read_bytes()
        found = self.of_bytes(content)
        if content.startswith(SQLITE):
            for value in _values(file):
                found |= self.of_bytes(value)
        return found

    def of_memory(self, pid: int) -> set[str]:
        """Name what lies, as it is, in the memory that a running process can write to."""
        found: set[str] = set()
        with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
            for start, end in _writable(pid):
                for at in range(start, end, CHUNK):
                    with suppress(OSError, ValueError):  # it was unmapped meanwhile, or is no memory
                        memory.seek(at)
                        piece = memory.read(min(CHUNK + OVERLAP, end - at))
                        if piece.strip(b"\0"):
                            found |= _named(self._plain, piece)
        return found


def _named(forms: Mapping[str, set[bytes]], data: bytes) -> set[str]:
    lower = data.lower()
    return {name for name, spellings in forms.items() if any(spelling in lower for spelling in spellings)}


def _forms(thing: bytes) -> Iterator[bytes]:
    """Spell a thing; of base64, where what stands before shifts it, only the part that does not depend on it."""
    for spelling in {thing, thing.lower()}:
        yield spelling
        yield spelling.hex().encode()
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            for before in range(3):
                whole = encode(bytes(before) + spelling)
                yield whole[4 if before else 0 : len(whole) - 4]


def _compressed(data: bytes) -> Iterator[bytes]:
    """Unpack every frame that begins anywhere in the data; what is cut short gives its beginning."""
    for place in re.finditer(re.escape(ZSTD), data):
        with suppress(zstandard.ZstdError):
            yield zstandard.ZstdDecompressor().decompressobj().decompress(data[place.start() :])
    for place in re.finditer(re.escape(GZIP), data):
        with suppress(zlib.error):
            yield zlib.decompressobj(31).decompress(data[place.start() :], LONGEST)
    if data.startswith(ZIP):
        with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield archive.read(member)


def _values(file: Path) -> Iterator[bytes]:
    with closing(sqlite.connect(f"file:{file}?mode=ro", uri=True)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    if isinstance(value, str | bytes):
                        yield value.encode() if isinstance(value, str) else value


def _writable(pid: int) -> Iterator[tuple[int, int]]:
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        place, rights, *_ = line.split()
        if rights.startswith("rw"):
            start, end = place.split("-")
            yield int(start, 16), int(end, 16)
