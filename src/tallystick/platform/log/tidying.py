"""Keep a log small. Each step is a short transaction of its own; killed between two of them, the next round goes on."""

import time
from typing import Final

from tallystick.platform.log.compaction import compact, pack
from tallystick.platform.log.retention import retain
from tallystick.platform.log.upkeep import upkeeps
from tallystick.platform.store import Store

__all__ = ["now_ms", "tidy"]

TOMBSTONES_MS: Final = 86_400_000  # a day, in which a reader that is behind can still see that a key has gone


def now_ms() -> int:
    """Return the time in milliseconds UTC."""
    return time.time_ns() // 1_000_000


def tidy(store: Store, now: int) -> None:
    """Apply retention to every partition, then compact it or pack its small batches; `now` is milliseconds UTC."""
    for partition in upkeeps(store):
        retain(store, partition, now)
        if partition.compact:
            compact(store, partition, now - TOMBSTONES_MS)
        else:
            pack(store, partition)
