"""A change event as its consumers want it: the Debezium envelope, parsed once."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from tallystick.capture.domain.position import POSITION_HEADER, Position
from tallystick.capture.domain.semantics import Semantic, semantics_of

__all__ = ["Change", "MalformedChange", "read_change"]

Operation = Literal["r", "c", "u", "d", "t", "m"]
Row = dict[str, Any]


class MalformedChange(ValueError):
    """A record that is no change event of a connector; the text says what is missing."""


class Change(msgspec.Struct, frozen=True):
    """One change of one row.

    `operation` is Debezium's: read (snapshot), create, update, delete, truncate. `key` is the primary key's columns in
    index order, None for tables without one. `snapshot` is Debezium's marker: `false` for streamed changes, `last` on
    a snapshot's last row. `committed_ms` is the commit's time at the database. `semantics` says what columns mean, if
    the event carries its schema.
    """

    operation: Operation
    key: Row | None
    before: Row | None
    after: Row | None
    position: Position
    snapshot: str
    committed_ms: int
    semantics: Mapping[str, Semantic] = {}


class _Source(msgspec.Struct):
    ts_ms: int
    snapshot: str = "false"


class _Envelope(msgspec.Struct):
    op: Operation
    source: _Source
    before: Row | None = None
    after: Row | None = None


class _Enveloped(msgspec.Struct):
    """Either form of JsonConverter: both are set when schemas are enabled."""

    schema: msgspec.Raw = msgspec.Raw(b"{}")
    payload: msgspec.Raw = msgspec.Raw(b"")


_plain = msgspec.json.Decoder(_Envelope)
_row = msgspec.json.Decoder(Row)
_wrapped = msgspec.json.Decoder(_Enveloped)


def read_change(key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes]]) -> Change | None:
    """Read a record of a table's topic, with or without schemas; None for a tombstone.

    Raises `MalformedChange`; its text holds no value of the row.
    """
    if value is None:
        return None
    position = dict(headers).get(POSITION_HEADER)
    if position is None:
        raise MalformedChange(f"the record has no header {POSITION_HEADER}")
    try:
        wrapped = _wrapped.decode(value)
        envelope = _plain.decode(wrapped.payload or value)
        return Change(
            operation=envelope.op,
            key=None if key is None else _row.decode(_wrapped.decode(key).payload or key),
            before=envelope.before,
            after=envelope.after,
            position=Position.parse(position),
            snapshot=envelope.source.snapshot,
            committed_ms=envelope.source.ts_ms,
            semantics=semantics_of(bytes(wrapped.schema)),
        )
    except (msgspec.DecodeError, ValueError) as error:
        raise MalformedChange(str(error)) from None
