"""The name of one way of encoding: a schema and a key."""

import hashlib
import hmac
from dataclasses import dataclass

from tallystick.linkage.domain.living.linkages import epoch_id
from tallystick.linkage.encoding import schema_hash

__all__ = ["EpochOfEncodings"]

KEY_ID_LABEL = b"tallystick linkage key id"


@dataclass(frozen=True)
class EpochOfEncodings:
    """What a registry declares: alike at every registry that has the same schema and secret.

    `key_id` is derived one way from the secret, so registries see at once when theirs differ.
    """

    schema_hash: str
    key_id: str
    encoding_bytes: int

    @classmethod
    def of(cls, schema: bytes, secret: bytes, encoding_bytes: int) -> "EpochOfEncodings":
        """Name the epoch; blanks and the order of members in the schema's JSON do not matter."""
        key_id = hmac.new(secret, KEY_ID_LABEL, hashlib.sha256).hexdigest()[:16]
        return cls(schema_hash(schema), key_id, encoding_bytes)

    @property
    def id(self) -> str:
        """The epoch's id at the unit."""
        return epoch_id(self.schema_hash, self.key_id)
