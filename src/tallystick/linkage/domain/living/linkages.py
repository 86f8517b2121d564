"""A linkage, its parties and its epochs, as the unit and the parties speak of them."""

import hashlib
from typing import Annotated, Literal, Self

import msgspec
from msgspec import Meta

from tallystick.linkage.domain.texts import END

__all__ = ["Epoch", "EpochState", "GreyZone", "Linkage", "Name", "Party", "epoch_id", "party_scope"]

Name = Annotated[
    str, Meta(pattern=f"^[a-z0-9][a-z0-9-]{{0,62}}{END}", description="Lower-case letters, digits and dashes.")
]
Score = Annotated[float, Meta(ge=0, le=1)]
EpochState = Literal["building", "live", "retired"]


class GreyZone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Scores that a judge decides: `low <= score < high`; none when `low` is not below `high`."""

    low: Score = 0.72
    high: Score = 0.85

    def __contains__(self, score: float) -> bool:
        return self.low <= score < self.high


class Party(msgspec.Struct, frozen=True):
    """One who sends encodings; `ordinal` is its place in the tie rule and never changes."""

    name: Name
    ordinal: int
    joined_ms: int | None = None


class Epoch(msgspec.Struct, frozen=True):
    """The encodings made with one schema and one key; only those may be compared."""

    id: str
    schema_hash: str
    key_id: str
    encoding_bytes: int
    state: EpochState = "building"
    ordinal: int = 0
    live_ms: int | None = None


class Linkage(msgspec.Struct, frozen=True):
    """What the unit links: pairs of `parties`' records scoring at least `threshold`."""

    id: Name
    name: str
    threshold: Score
    grey_zone: GreyZone
    parties: tuple[Party, ...]
    epochs: tuple[Epoch, ...] = ()
    schema_hash: str | None = None
    created_ms: int = 0

    def party(self, name: str) -> Party | None:
        """Find a party by name."""
        return next((party for party in self.parties if party.name == name), None)

    def epoch(self, identity: str) -> Epoch | None:
        """Find an epoch by its id."""
        return next((epoch for epoch in self.epochs if epoch.id == identity), None)

    @property
    def live(self) -> Epoch | None:
        """The epoch whose matches are published; None before the first one is complete."""
        return next((epoch for epoch in self.epochs if epoch.state == "live"), None)

    def with_epoch_live(self, identity: str, now: int) -> Self:
        """Publish an epoch: it goes live, and every one declared before it retires."""
        chosen = next(epoch for epoch in self.epochs if epoch.id == identity)
        return msgspec.structs.replace(self, epochs=tuple(_succeeded(epoch, chosen, now) for epoch in self.epochs))


def epoch_id(schema_hash: str, key_id: str) -> str:
    """Name an epoch, alike at every party.

    >>> epoch_id("ab" * 32, "2026-01")
    '96dd43c9404dddf3'
    """
    return hashlib.sha256(f"{schema_hash}\n{key_id}".encode()).hexdigest()[:16]


def party_scope(linkage: str, party: str) -> str:
    """Name the token scope that lets a caller act as one party of one linkage."""
    return f"linkage:{linkage}:party:{party}"


def _succeeded(epoch: Epoch, chosen: Epoch, now: int) -> Epoch:
    if epoch.id == chosen.id:
        return msgspec.structs.replace(epoch, state="live", live_ms=now)
    if epoch.ordinal < chosen.ordinal or epoch.state == "live":
        return msgspec.structs.replace(epoch, state="retired")
    return epoch
