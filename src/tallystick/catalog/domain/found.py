"""What a reader tells of a file, frame by frame; the compiled core writes these shapes."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

__all__ = ["Container", "Content", "Entry", "Frame", "Integrity", "Kind"]

Kind = Literal["file", "directory", "symlink", "hardlink", "device", "fifo", "other"]
Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""A number of bytes as the store can keep it; a reader is not trusted more than the archive that it reads."""
Integrity = Literal["complete", "partial", "encrypted", "unsupported"]


class Content(msgspec.Struct, frozen=True, array_like=True):
    """A byte string's digests and length."""

    md5: bytes
    sha1: bytes
    sha256: bytes
    crc32: int
    size: Count


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """An entry of the container with this number; its path is the archive's own bytes."""

    container: int
    path: bytes
    kind: Kind
    content: Content | None
    target: bytes | None
    mode: int | None
    modified_ms: int | None


class Container(msgspec.Struct, frozen=True, array_like=True):
    """A file in which entries were looked for; without a content when it ended too early.

    `position` is how many of its bytes had been read when `problem` was found.
    """

    number: int
    parent: int | None
    path: bytes
    kind: str
    depth: int
    integrity: Integrity
    problem: str | None
    position: Count | None
    content: Content | None


class Frame(msgspec.Struct, frozen=True, array_like=True):
    """The first one identifies the file, the last one is `done`."""

    identified: Content | None
    entries: list[Entry]
    containers: list[Container]
    done: bool
