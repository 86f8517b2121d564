"""Words for tests of logs."""

from collections.abc import Sequence

from tallystick.platform.log import Record, StoredRecord

__all__ = ["numbered", "values"]


def numbered(count: int, start: int = 0) -> list[Record]:
    """Make records whose keys and values are successive numbers."""
    return [Record(str(number).encode(), str(number).encode()) for number in range(start, start + count)]


def values(records: Sequence[StoredRecord]) -> list[bytes | None]:
    """Look at the values alone."""
    return [record.value for record in records]
