"""The name of one way of encoding: a schema and a key."""

import hashlib
import hmac
import json
from dataclasses import dataclass

__all__ = ["EpochOfEncodings"]

KEY_ID_LABEL = b"tallystick linkage key id"


@dataclass(frozen=True)
class EpochOfEncodings:
    """What a registry declares: alike at every registry that has the same schema and secret.

    `key_id` is derived one way from the secret, so registries see at once when theirs differ.
    """

    schema_hash: str
    key_id: str

    @classmethod
    def of(cls, schema: bytes, secret: bytes) -> "EpochOfEncodings":
        """Name the epoch; blanks and the order of members in the schema's JSON do not matter."""
        canonical = json.dumps(json.loads(schema), sort_keys=True, separators=(",", ":")).encode()
        key_id = hmac.new(secret, KEY_ID_LABEL, hashlib.sha256).hexdigest()[:16]
        return cls(hashlib.sha256(canonical).hexdigest(), key_id)
