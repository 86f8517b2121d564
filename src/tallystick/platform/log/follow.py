"""Read a topic as it grows."""

import threading
from collections.abc import Iterator

from tallystick.platform.log.log import Log
from tallystick.platform.log.records import StoredRecord

__all__ = ["follow"]


def follow(
    log: Log,
    topic: str,
    offset: int,
    *,
    stop: threading.Event,
    partition: int = 0,
    limit: int = 500,
    poll_s: float = 0.05,
) -> Iterator[list[StoredRecord]]:
    """Yield the records from `offset` on, batch after batch, until `stop` is set; never an empty batch."""
    while not stop.is_set():
        records = log.read(topic, offset, partition=partition, limit=limit)
        if records:
            yield records
            offset = records[-1].offset + 1
        else:
            stop.wait(poll_s)
