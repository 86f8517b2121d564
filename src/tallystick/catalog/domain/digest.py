"""Digests as people write them: an algorithm and hexadecimal digits."""

import re
from dataclasses import dataclass
from typing import Final, Literal, get_args

from tallystick.catalog.errors import InvalidDigest

__all__ = ["ALGORITHMS", "Algorithm", "Digest", "digest_pattern", "parse_digest"]

Algorithm = Literal["md5", "sha1", "sha256"]

ALGORITHMS: Final[tuple[Algorithm, ...]] = get_args(Algorithm)
DIGITS: Final[dict[Algorithm, int]] = {"md5": 32, "sha1": 40, "sha256": 64}
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]+")


@dataclass(frozen=True)
class Digest:
    """One digest of a content."""

    algorithm: Algorithm
    value: bytes


def parse_digest(text: str, algorithm: Algorithm | None = None) -> Digest:
    """Read hexadecimal digits of either case; without an algorithm their number tells it.

    >>> parse_digest("d41d8cd98f00b204e9800998ecf8427e").algorithm
    'md5'
    """
    expected = [name for name in ALGORITHMS if DIGITS[name] == len(text) and algorithm in (None, name)]
    if not expected or not _HEXADECIMAL.fullmatch(text):
        wanted = f"{DIGITS[algorithm]}" if algorithm else "32, 40 or 64"
        raise InvalidDigest(f"{text[:80]!r} is not a digest of {wanted} hexadecimal digits")
    return Digest(expected[0], bytes.fromhex(text))


def digest_pattern(*algorithms: Algorithm) -> str:
    """Return the regular expression of digests of any of `algorithms`, as JSON schemas write it.

    >>> digest_pattern("md5")
    '^([0-9A-Fa-f]{32})$'
    """
    return f"^({'|'.join(f'[0-9A-Fa-f]{{{DIGITS[name]}}}' for name in algorithms)})$"
