"""Append-only files of checksummed frames.

A file's length is what the store says it is: bytes beyond it were never made visible (the writer died between its
fsync and its commit) and are cut off by the next writer. A frame is `TLF1`, its payload's length and CRC-32, then the
payload.
"""

import fcntl
import mmap
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

__all__ = ["SegmentDamaged", "append", "exclusive", "read"]

HEADER: Final = struct.Struct("<4sII")
MAGIC: Final = b"TLF1"


class SegmentDamaged(OSError):
    """A segment does not hold what was made visible; restore it from a backup, or declare a new epoch."""


@contextmanager
def exclusive(directory: Path, name: str = "lock") -> Iterator[None]:
    """Hold a lock between processes and threads; it goes with its holder, however that ends."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(directory / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def append(path: Path, visible: int, payloads: Iterable[bytes]) -> int:
    """Write frames after the `visible` bytes, durable on return; returns the new length. Hold the file's lock."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "r+b") as file:
        if file.seek(0, os.SEEK_END) < visible:
            raise SegmentDamaged(f"{path} is shorter than the {visible} bytes that were made visible")
        file.truncate(visible)
        file.seek(visible)
        for payload in payloads:
            file.write(HEADER.pack(MAGIC, len(payload), zlib.crc32(payload)))
            file.write(payload)
        file.flush()
        os.fsync(file.fileno())
        length = file.tell()
    if fresh:
        _sync_directory(path.parent)
    return length


def read(path: Path, offset: int, end: int) -> Iterator[bytes]:
    """Iterate over the payloads of the frames in [offset, end); raises `SegmentDamaged` naming file and offset."""
    if offset == end:
        return
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise SegmentDamaged(f"{path} is missing") from None
    with file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if len(content) < end:
            raise SegmentDamaged(f"{path} is shorter than the {end} bytes that were made visible")
        while offset < end:
            start = offset + HEADER.size
            magic, length, checksum = HEADER.unpack(content[offset:start])
            payload = content[start : start + length]
            if magic != MAGIC or start + length > end or zlib.crc32(payload) != checksum:
                raise SegmentDamaged(f"{path}: the frame at byte {offset} is damaged")
            yield payload
            offset = start + length


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
