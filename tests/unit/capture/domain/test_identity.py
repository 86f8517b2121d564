"""A table is captured when the log names its changed rows."""

import pytest

from tallystick.capture.domain.identity import ReplicaIdentity


@pytest.mark.parametrize(
    ("letter", "immediate_key", "index_holds_key"),
    [("d", True, False), ("f", False, False), ("f", True, False), ("i", True, True), ("i", False, True)],
)
def test_rows_that_are_named(letter: str, immediate_key: bool, index_holds_key: bool) -> None:
    assert ReplicaIdentity(letter, immediate_key, index_holds_key).fault("s.t") is None


@pytest.mark.parametrize(
    ("letter", "immediate_key", "words"),
    [
        ("d", False, "has no primary key"),
        ("n", False, "REPLICA IDENTITY NOTHING"),
        ("n", True, "s.t:FULL, or s.t:DEFAULT"),
        ("i", False, "lacks columns of a primary key"),
        ("i", True, "s.t:FULL, or s.t:DEFAULT"),
    ],
)
def test_rows_that_are_not_named(letter: str, immediate_key: bool, words: str) -> None:
    fault = ReplicaIdentity(letter, immediate_key, index_holds_key=False).fault("s.t")
    assert fault is not None
    assert words in fault
    assert "replica.identity.autoset.values=s.t:FULL" in fault
