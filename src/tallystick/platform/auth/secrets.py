"""Make secrets, and keep only what recognises them."""

import hashlib
import re
import secrets
import time
from collections.abc import Callable, Iterable

from tallystick.platform.auth.principal import Scope

__all__ = ["Clock", "checked_name", "digest", "fresh_id", "fresh_secret", "joined_scopes", "now_ms", "split_scopes"]

SCOPE = re.compile(r"\*|[^\s:*]+:(\*|[^\s:*]+(:[^\s:*]+)*)")
LONGEST_NAME = 200

Clock = Callable[[], int]


def fresh_secret() -> str:
    """Give 256 bits of randomness, fit for a header, a URL or a cookie."""
    return secrets.token_urlsafe(32)


def fresh_id() -> str:
    """Give a public id of 12 hexadecimal digits."""
    return secrets.token_hex(6)


def digest(secret: str) -> str:
    """Give the SHA-256 that is stored; the secret has 256 random bits, so no salt or stretching is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def now_ms() -> int:
    """Give the present in milliseconds UTC."""
    return time.time_ns() // 1_000_000


def joined_scopes(scopes: Iterable[Scope]) -> str:
    """Write scopes as one text; refuse what would not read back."""
    given = sorted(set(scopes))
    if wrong := [scope for scope in given if not SCOPE.fullmatch(scope)]:
        raise ValueError(f"{wrong[0]!r} is no scope; write capability:verb, capability:* or *")
    return " ".join(given)


def checked_name(name: str) -> str:
    """Give the name of somebody who is granted something back; refuse what nobody could read."""
    if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        raise ValueError(f"{name!r} is no name; write up to {LONGEST_NAME} printable characters")
    return name


def split_scopes(text: str) -> frozenset[Scope]:
    """Read scopes back."""
    return frozenset(text.split())
