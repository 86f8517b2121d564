"""The key that leaves a registry: an HMAC of the primary key under a secret that only this registry holds."""

import hashlib
import hmac
import json
from collections.abc import Mapping

__all__ = ["RecordKeys"]


class RecordKeys:
    """Turns primary keys into record keys of 32 bytes, written as 64 hex digits.

    >>> RecordKeys(b"s" * 32).of({"id": 1}) == RecordKeys(b"s" * 32).of({"id": 1})
    True
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError(f"the record-key secret has {len(secret)} bytes; at least 16 are needed")
        self._keyed = hmac.new(secret, digestmod=hashlib.sha256)

    def of(self, primary_key: Mapping[str, object]) -> str:
        """Return the record key of a primary key, given as its columns and values."""
        keyed = self._keyed.copy()
        keyed.update(json.dumps(primary_key, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())
        return keyed.hexdigest()
