"""Which slot a record key has: exact, and compact enough for tens of millions of keys."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tallystick.linkage.domain.living.changes import KEY_BYTES

__all__ = ["KeyIndex"]

Keys = NDArray[np.bytes_]
Slots = NDArray[np.int64]
SMALLEST_MERGE: Final = 50_000


class KeyIndex:
    """Gives each key a slot in order of first appearance.

    Most keys lie in one sorted column; the latest ones in a dict, merged in when it has grown to a quarter.
    """

    def __init__(self) -> None:
        self._sorted: Keys = np.empty(0, f"S{KEY_BYTES}")
        self._sorted_slots: Slots = np.empty(0, np.int64)
        self._latest: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._sorted) + len(self._latest)

    def find(self, keys: NDArray[np.uint8]) -> Slots:
        """Return the slot of each key, -1 for an unknown one; `keys` has shape (n, 32)."""
        slots = np.full(len(keys), -1, np.int64)
        wanted = _as_text(keys)
        if len(self._sorted):
            place = np.minimum(np.searchsorted(self._sorted, wanted), len(self._sorted) - 1)
            hit = self._sorted[place] == wanted
            slots[hit] = self._sorted_slots[place[hit]]
        if self._latest:
            for number in np.flatnonzero(slots < 0):
                slots[number] = self._latest.get(keys[number].tobytes(), -1)
        return slots

    def place(self, keys: NDArray[np.uint8]) -> Slots:
        """Return the slot of each key, giving new keys the next slots."""
        slots = self.find(keys)
        for number in np.flatnonzero(slots < 0):
            slots[number] = self._latest.setdefault(keys[number].tobytes(), len(self))
        if len(self._latest) > max(SMALLEST_MERGE, len(self._sorted) // 4):
            self._merge()
        return slots

    def _merge(self) -> None:
        latest = np.frombuffer(b"".join(self._latest), f"S{KEY_BYTES}")
        slots = np.fromiter(self._latest.values(), np.int64, len(latest))
        keys = np.concatenate([self._sorted, latest])
        order = np.argsort(keys, kind="stable")
        self._sorted, self._sorted_slots = keys[order], np.concatenate([self._sorted_slots, slots])[order]
        self._latest = {}


def _as_text(keys: NDArray[np.uint8]) -> Keys:
    """See keys as fixed-width byte strings; equal widths make numpy's zero padding harmless."""
    return np.ascontiguousarray(keys).view(f"S{KEY_BYTES}").reshape(len(keys))
