"""A party's records in one epoch: the fold of its changes, in columns."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tallystick.linkage.domain.living.changes import KEY_BYTES, Changes
from tallystick.linkage.domain.living.key_index import KeyIndex

__all__ = ["Difference", "Roster"]

Slots = NDArray[np.int64]
T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True)
class Difference:
    """Which slots have a new encoding, and which lost theirs; both sorted."""

    changed: Slots
    removed: Slots

    def __bool__(self) -> bool:
        return bool(len(self.changed) or len(self.removed))


class Roster:
    """Every key a party ever sent has a slot; a slot without a record has an all-zero filter, which matches nothing.

    The newest position of a key wins and the first of equals stays; keys that a complete snapshot lacks are gone, and
    changes older than that snapshot come too late.
    """

    def __init__(self, encoding_bytes: int) -> None:
        self.encoding_bytes = encoding_bytes
        self.complete_generation = -1
        self._index = KeyIndex()
        self._keys = np.empty((0, KEY_BYTES), np.uint8)
        self._positions = np.empty((0, 3), np.int64)
        self._alive = np.empty(0, np.bool_)
        self._filters = np.empty((0, -(-encoding_bytes // 8)), np.uint64)

    def __len__(self) -> int:
        """Count the slots."""
        return len(self._index)

    @property
    def alive(self) -> NDArray[np.bool_]:
        """Whether each slot holds a record."""
        return self._alive[: len(self)]

    @property
    def filters(self) -> NDArray[np.uint64]:
        """The encodings by slot, as 64-bit words padded with zeros; shape (slots, words)."""
        return self._filters[: len(self)]

    def key(self, slot: int) -> bytes:
        """Return the record key of a slot."""
        key: bytes = self._keys[slot].tobytes()
        return key

    def position(self, slot: int) -> tuple[int, int, int]:
        """Return where the slot's newest change stands in its source."""
        generation, lsn, row = self._positions[slot].tolist()
        return generation, lsn, row

    def find(self, keys: NDArray[np.uint8]) -> Slots:
        """Return the slot of each key, -1 for an unknown one."""
        return self._index.find(keys)

    def apply(self, changes: Changes) -> Difference:
        """Take a batch of changes."""
        timely = np.flatnonzero(changes.positions[:, 0] >= self.complete_generation)
        slots = self._index.place(changes.keys[timely])
        self._grow()
        self._keys[slots] = changes.keys[timely]
        newest = _newest_of_each(slots, changes.positions[timely])
        slots, chosen = slots[newest], timely[newest]
        newer = _after(changes.positions[chosen], self._positions[slots])
        slots, chosen = slots[newer], chosen[newer]
        was_alive, old = self._alive[slots], self._filters[slots]
        self._positions[slots] = changes.positions[chosen]
        self._alive[slots] = changes.alive[chosen]
        self._bytes()[slots, : self.encoding_bytes] = changes.encodings[chosen]
        now_alive, differs = self._alive[slots], (self._filters[slots] != old).any(axis=1)
        return Difference(slots[now_alive & (differs | ~was_alive)], slots[was_alive & ~now_alive])

    def complete(self, generation: int) -> Difference:
        """End a snapshot: records that it, and everything later, did not name are gone."""
        gone = np.flatnonzero(self.alive & (self._positions[: len(self), 0] < generation))
        self._alive[gone] = False
        self._filters[gone] = 0
        self.complete_generation = max(self.complete_generation, generation)
        return Difference(np.empty(0, np.int64), gone)

    def changes(self, start: int, stop: int) -> Changes:
        """Return the slots [start, stop) as changes; applied in order to a new roster they give the same slots."""
        part = slice(start, min(stop, len(self)))
        return Changes(
            keys=self._keys[part],
            positions=self._positions[part],
            alive=self._alive[part],
            encodings=self._bytes()[part, : self.encoding_bytes],
        )

    def _bytes(self) -> NDArray[np.uint8]:
        return self._filters.view(np.uint8)

    def _grow(self) -> None:
        if len(self) <= len(self._alive):
            return
        room = max(len(self), 2 * len(self._alive), 1024)
        self._keys = _extended(self._keys, room, 0)
        self._positions = _extended(self._positions, room, -1)
        self._alive = _extended(self._alive, room, False)
        self._filters = _extended(self._filters, room, 0)


def _newest_of_each(slots: Slots, positions: NDArray[np.int64]) -> Slots:
    """Choose for each slot the change with the highest position, the earliest among equals."""
    arrival = np.arange(len(slots))
    order = np.lexsort((-arrival, positions[:, 2], positions[:, 1], positions[:, 0], slots))
    last = np.flatnonzero(np.r_[slots[order][1:] != slots[order][:-1], True]) if len(slots) else order
    return order[last]


def _after(new: NDArray[np.int64], old: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Compare rows of positions lexicographically."""
    later: NDArray[np.bool_] = new[:, 2] > old[:, 2]
    for column in (1, 0):
        equal = new[:, column] == old[:, column]
        later = (new[:, column] > old[:, column]) | (equal & later)
    return later


def _extended(column: NDArray[T], room: int, blank: int) -> NDArray[T]:
    longer = np.full((room, *column.shape[1:]), blank, column.dtype)
    longer[: len(column)] = column
    return longer
