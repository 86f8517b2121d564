"""A consumer reads changes with and without schemas."""

import json

import pytest

from tallystick.capture import POSITION_HEADER, MalformedChange, Position, read_change

POSITION = Position(1, 2, 3)
HEADERS = [(POSITION_HEADER, str(POSITION).encode())]
ENVELOPE = {"before": None, "after": {"id": 7}, "source": {"ts_ms": 5, "snapshot": "first"}, "op": "r"}


def test_plain_json() -> None:
    change = read_change(b'{"id":7}', json.dumps(ENVELOPE).encode(), HEADERS)
    assert change is not None
    assert (change.operation, change.key, change.after) == ("r", {"id": 7}, {"id": 7})
    assert (change.position, change.snapshot, change.committed_ms) == (POSITION, "first", 5)


def test_json_with_schema() -> None:
    value = json.dumps({"schema": {"type": "struct"}, "payload": ENVELOPE}).encode()
    change = read_change(b'{"schema":{},"payload":{"id":7}}', value, HEADERS)
    assert change is not None
    assert change.key == {"id": 7}


def test_a_tombstone_is_no_change() -> None:
    assert read_change(b'{"id":7}', None, HEADERS) is None


def test_a_record_of_another_kind_is_named() -> None:
    with pytest.raises(MalformedChange, match=POSITION_HEADER):
        read_change(None, b"{}", [])
    with pytest.raises(MalformedChange, match="op"):
        read_change(None, b"{}", HEADERS)
