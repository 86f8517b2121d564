"""What a registry asks of its linkage unit."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

__all__ = ["Encoded", "Match", "MatchPage", "Unit"]


class Encoded(msgspec.Struct, frozen=True):
    """A change on its way to the unit: `encoding` is None when the record is gone.

    `position` is (snapshot generation, LSN, row); the unit keeps the highest of each key.
    """

    key: str
    position: tuple[int, int, int]
    encoding: bytes | None


class Match(msgspec.Struct, frozen=True):
    """A match as the unit tells it to one party: its own key, the other party's name and key, and what became of it."""

    match: str
    key: str
    other_party: str
    other_key: str
    score: float
    verdict: str
    probability: float | None
    ended: bool


class MatchPage(msgspec.Struct, frozen=True):
    """Matches in the order in which they changed, and the cursor after the last of them.

    With `anew`, the first page of all that stands: what was read before is void.
    """

    matches: list[Match]
    cursor: str
    more: bool
    anew: bool = False


class Unit(Protocol):
    """The linkage unit, as one party sees it through the unit's door."""

    def place(self) -> str:
        """Name what the changes go into: a membership and an epoch."""

    def upsert(self, batch: str, changes: Sequence[Encoded]) -> None:
        """Hand over changes; on return they are durable at the unit. A repeated `batch` changes nothing."""

    def complete_snapshot(self, generation: int) -> None:
        """Declare that every row of a snapshot was handed over; keys that it lacks are gone."""

    def matches(self, after: str) -> MatchPage:
        """Return what changed after a cursor; the empty cursor is the beginning."""
