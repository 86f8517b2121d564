"""Positions sort as commits do."""

import pytest

from tallystick.capture import Position


def test_text_round_trips() -> None:
    position = Position(3, 0x16B3748, 12)
    assert str(position) == "00000003:00000000016b3748:000000000c"
    assert Position.parse(str(position).encode()) == position


def test_texts_sort_as_positions() -> None:
    positions = [Position(1, 9, 9), Position(1, 10, 0), Position(1, 10, 16), Position(2, 0, 0)]
    assert sorted(map(str, reversed(positions))) == [str(position) for position in positions]


@pytest.mark.parametrize("text", ["", "1:2:3", "00000003:00000000016b3748:00000000zz", "x" * 36])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"position|invalid literal"):
        Position.parse(text)
