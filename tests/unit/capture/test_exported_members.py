"""What capture offers to flows."""

import tallystick.capture


def test_the_list_is_pinned() -> None:
    assert tallystick.capture.__all__ == [
        "POSITION_HEADER",
        "Change",
        "MalformedChange",
        "Position",
        "Snapshot",
        "read_change",
        "readable",
    ]
