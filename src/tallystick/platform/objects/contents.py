"""The name of contents: their SHA-256 and size."""

import hashlib
import re
from collections.abc import Iterable, Iterator

import msgspec

from tallystick.platform.objects.errors import CorruptObjectError

__all__ = ["Digest", "Measure"]

SHA256 = re.compile(r"[0-9a-f]{64}")


class Digest(msgspec.Struct, frozen=True):
    """Contents by their SHA-256 in lower-case hexadecimal, and how many bytes they are."""

    sha256: str
    size: int

    def __post_init__(self) -> None:
        if not SHA256.fullmatch(self.sha256) or self.size < 0:
            raise ValueError(f"not a SHA-256 digest: {self.sha256!r}, {self.size} bytes")


class Measure:
    """Hash and count the bytes that stream through."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._size = 0

    def through(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Pass the chunks on unchanged."""
        for chunk in chunks:
            self._hash.update(chunk)
            self._size += len(chunk)
            yield chunk

    @property
    def digest(self) -> Digest:
        """Name what has streamed so far."""
        return Digest(self._hash.hexdigest(), self._size)

    def expect(self, digest: Digest) -> None:
        """Raise CorruptObjectError unless what has streamed is what the digest names."""
        if self.digest != digest:
            raise CorruptObjectError(f"stored contents {digest.sha256} are damaged: they hash to {self.digest.sha256}")
