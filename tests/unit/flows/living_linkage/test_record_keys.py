import pytest

from tallystick.flows.living_linkage.domain.record_keys import RecordKeys


def test_two_secrets_share_no_key() -> None:
    assert RecordKeys(b"a" * 32).of({"id": 7}) != RecordKeys(b"b" * 32).of({"id": 7})


def test_the_order_of_key_columns_does_not_matter() -> None:
    keys = RecordKeys(b"a" * 32)
    assert keys.of({"a": 1, "b": 2}) == keys.of({"b": 2, "a": 1})


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16"):
        RecordKeys(b"short")
