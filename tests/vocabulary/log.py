"""Words for tests of logs."""

import threading
from collections.abc import Sequence

from tallystick.platform.log import Log, Record, StoredRecord, follow

__all__ = ["arriving", "numbered", "values"]


def numbered(count: int, start: int = 0) -> list[Record]:
    """Make records whose keys and values are successive numbers."""
    return [Record(str(number).encode(), str(number).encode()) for number in range(start, start + count)]


def arriving(log: Log, topic: str, count: int, partition: int = 0) -> list[StoredRecord]:
    """Wait until a topic holds `count` records: an outbox is emptied a moment after its transaction."""
    stop = threading.Event()
    seen: list[StoredRecord] = []
    for records in follow(log, topic, 0, stop=stop, partition=partition):
        seen += records
        if len(seen) >= count:
            stop.set()
    return seen


def values(records: Sequence[StoredRecord]) -> list[bytes | None]:
    """Look at the values alone."""
    return [record.value for record in records]
