"""Unpacks packages with Python's own libraries, to say independently what is in them."""

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Unpacked"]


@dataclass
class Unpacked:
    """What archives hold: members by archive, both told by SHA-256; archives in archives count like others."""

    members: dict[str, list[str]] = field(default_factory=dict)
    contents: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, packages: Iterable[Path]) -> "Unpacked":
        """Unpack packages, and what is in them."""
        unpacked = cls()
        for package in packages:
            unpacked.take(package.read_bytes())
        return unpacked

    @property
    def occurrences(self) -> int:
        """How many members all the different archives have."""
        return sum(map(len, self.members.values()))

    def take(self, body: bytes) -> str:
        """Take in one content; return its digest."""
        digest = hashlib.sha256(body).hexdigest()
        self.contents.add(digest)
        if digest not in self.members and (inner := _members(body)) is not None:
            self.members[digest] = []
            self.members[digest] = [self.take(member) for member in inner]
        return digest


def _members(body: bytes) -> list[bytes] | None:
    """Return the files of an archive; None for what is none."""
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return [archive.read(member) for member in archive.infolist() if not member.is_dir()]
    if body.startswith(b"!<arch>\n"):
        return list(_ar(body))
    try:
        with tarfile.open(fileobj=io.BytesIO(body)) as tar:
            return [opened.read() for member in tar if (opened := tar.extractfile(member))]
    except tarfile.ReadError:
        return None


def _ar(body: bytes) -> Iterator[bytes]:
    """Read the outer archive of a Debian package: a header of 60 bytes before each member, padded to even length."""
    at = 8
    while at < len(body):
        size = int(body[at + 48 : at + 58])
        yield body[at + 60 : at + 60 + size]
        at += 60 + size + size % 2
