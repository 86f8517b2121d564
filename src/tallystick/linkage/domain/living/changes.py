"""A batch of changes of one party: foreign records become columns once, here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from tallystick.linkage.domain.texts import END

__all__ = [
    "HIGHEST",
    "KEY_BYTES",
    "Changes",
    "Counter",
    "Encoding",
    "EncodingChange",
    "Position",
    "WrongRecord",
    "columns",
]

KEY_BYTES: Final = 32  # an HMAC-SHA256 of the primary key
BASE64: Final = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
Encoding = Annotated[bytes, Meta(extra_json_schema={"pattern": BASE64})]
HIGHEST: Final = 2**63 - 1
Counter = Annotated[int, Meta(ge=0, le=HIGHEST)]


class Position(msgspec.Struct, frozen=True, array_like=True, order=True):
    """Where a change stands in its source; positions are totally ordered.

    `generation` counts snapshots, `lsn` is the log sequence number, `row` counts within one transaction.
    """

    generation: Counter
    lsn: Counter = 0
    row: Counter = 0


class EncodingChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One record's new encoding, or None for a deleted record.

    `key` is the HMAC of the primary key in hexadecimal. In JSON, `position` is `[generation, lsn, row]` and
    `encoding` is base64.
    """

    key: Annotated[str, Meta(pattern=f"^[0-9a-f]{{{2 * KEY_BYTES}}}{END}")]
    position: Position
    encoding: Encoding | None = None


class WrongRecord(ValueError):
    """A record that its epoch cannot take; `record` counts from 0, `field` names the part at fault."""

    def __init__(self, record: int, field: str, detail: str) -> None:
        super().__init__(f"record {record}, {field}: {detail}")
        self.record, self.field, self.detail = record, field, detail


@dataclass(frozen=True)
class Changes:
    """n changes as columns: keys (n, 32) u8, positions (n, 3) i64, alive (n) bool, encodings (n, bytes) u8."""

    keys: NDArray[np.uint8]
    positions: NDArray[np.int64]
    alive: NDArray[np.bool_]
    encodings: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.alive)


def columns(records: Sequence[EncodingChange], encoding_bytes: int) -> Changes:
    """Turn records into columns; raises `WrongRecord` for an encoding of another length."""
    for number, record in enumerate(records):
        if record.encoding is not None and len(record.encoding) != encoding_bytes:
            detail = f"the epoch's encodings have {encoding_bytes} bytes, this one has {len(record.encoding)}"
            raise WrongRecord(number, "encoding", detail)
    blank = bytes(encoding_bytes)
    count = len(records)
    keys = np.frombuffer(bytes.fromhex("".join(record.key for record in records)), np.uint8)
    positions = [(record.position.generation, record.position.lsn, record.position.row) for record in records]
    encodings = b"".join(blank if record.encoding is None else record.encoding for record in records)
    return Changes(
        keys=keys.reshape(count, KEY_BYTES),
        positions=np.array(positions, np.int64).reshape(count, 3),
        alive=np.fromiter((record.encoding is not None for record in records), np.bool_, count),
        encodings=np.frombuffer(encodings, np.uint8).reshape(count, encoding_bytes),
    )
