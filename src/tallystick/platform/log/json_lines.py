"""Records as people and their tools read them: one JSON object a line."""

import base64
from collections.abc import Sequence

import msgspec

from tallystick.platform.log.records import StoredRecord

__all__ = ["line"]

Shown = None | str | dict[str, str] | msgspec.Raw


class Line(msgspec.Struct, frozen=True):
    """A record with its bytes made readable."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: Shown
    value: Shown
    headers: Sequence[tuple[str, Shown]]


def line(record: StoredRecord) -> str:
    """Return the record as one line of JSON, without a line feed."""
    shown = Line(
        record.topic,
        record.partition,
        record.offset,
        record.timestamp,
        _shown(record.key),
        _shown(record.value),
        [(name, _shown(value)) for name, value in record.headers],
    )
    return msgspec.json.encode(shown).decode()


def _shown(value: bytes | None) -> Shown:
    """Show JSON objects and arrays as they are, other text as text, and all else in base64."""
    if value is None:
        return None
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}
    if text[:1] not in ("{", "["):
        return text
    try:
        msgspec.json.decode(value)
    except msgspec.DecodeError:
        return text
    return msgspec.Raw(msgspec.json.format(value, indent=-1))
