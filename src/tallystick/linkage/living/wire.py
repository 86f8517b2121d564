"""Bodies of the living linkages' API."""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from tallystick.linkage.adapters.linker_store import TracedMatch
from tallystick.linkage.domain.living.changes import Counter, Encoding, EncodingChange, Position
from tallystick.linkage.domain.living.cursors import CursorText
from tallystick.linkage.domain.living.linkages import Epoch, GreyZone, Name
from tallystick.linkage.domain.texts import END, NO_NUL

__all__ = [
    "Batch",
    "EpochDeclaration",
    "FeedMatch",
    "FeedPage",
    "FeedQuery",
    "LinkageDeclaration",
    "LinkageStatus",
    "OneEncoding",
    "PartyDeclaration",
    "PartyStatus",
    "PositionQuery",
    "Scores",
    "StreamStatus",
    "UnitMatch",
    "feed_match",
    "unit_match",
]

HexDigest = Annotated[str, Meta(pattern=f"^[0-9a-f]{{64}}{END}")]


class LinkageDeclaration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A linkage to be made."""

    id: Name
    parties: Annotated[list[Name], Meta(min_length=2, max_length=100, extra_json_schema={"uniqueItems": True})]
    threshold: Annotated[float, Meta(gt=0, le=1)] = 0.7
    grey_zone: GreyZone = GreyZone()
    name: Annotated[str, Meta(max_length=200, pattern=NO_NUL)] = ""
    schema_hash: HexDigest | None = None


class PartyDeclaration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A party to be added."""

    name: Name


class EpochDeclaration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An epoch: encodings made with this schema and this key, of this length."""

    schema_hash: HexDigest
    key_id: Annotated[str, Meta(min_length=1, max_length=100, pattern=NO_NUL)]
    encoding_bytes: Annotated[int, Meta(ge=8, le=8192)]


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Changes that are taken all or none, and once: a repeated `batch` gets its first receipt."""

    batch: Annotated[str, Meta(pattern=f"^[A-Za-z0-9._/-]{{1,200}}{END}")]
    records: list[EncodingChange]


class OneEncoding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One record's new encoding."""

    position: Position
    encoding: Encoding


class PositionQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a deletion stands in its source."""

    generation: Counter
    lsn: Counter = 0
    row: Counter = 0


class StreamStatus(msgspec.Struct, frozen=True):
    """How far a party is in an epoch."""

    epoch: str
    complete_generation: int | None
    newest: Position | None


class PartyStatus(msgspec.Struct, frozen=True):
    """A party as the unit knows it; `heard_ms` is when it last spoke, to within some seconds.

    `withheld` counts its latest batches that are not linked, because they would bring too many candidates.
    """

    name: str
    joined_ms: int | None
    heard_ms: int | None
    records: int
    withheld: int
    streams: list[StreamStatus]


class LinkageStatus(msgspec.Struct, frozen=True):
    """A linkage now: `received` counts what was handed over, `linked` what the linker has done of it."""

    id: str
    name: str
    threshold: float
    grey_zone: GreyZone
    live_epoch: str | None
    epochs: list[Epoch]
    parties: list[PartyStatus]
    received: int
    linked: int
    candidates: int
    matches: Mapping[str, int]
    cursor: str
    updated_ms: int


class Scores(msgspec.Struct, frozen=True):
    """Candidates by score: `counts[i]` score from `edges[i]` up to `edges[i + 1]`."""

    threshold: float
    grey_zone: GreyZone
    edges: list[float]
    counts: list[int]


class FeedQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where to read on: `after` is the cursor of the last page; empty is the beginning."""

    after: CursorText = ""
    limit: Annotated[int, Meta(ge=1, le=5000)] = 500


class FeedMatch(msgspec.Struct, frozen=True):
    """A match as one party may see it: its own key, the other's name and key, and what became of it last."""

    match: str
    operation: str
    version: int
    key: str
    other_party: str
    other_key: str
    score: float
    verdict: str
    probability: float | None
    ended: bool
    changed_ms: int


class FeedPage(msgspec.Struct, frozen=True):
    """Matches in the order of their latest change; ask again with `cursor`, at once when there is `more`.

    `anew`: the unit was restored from a backup and does not know the cursor that was asked for; this page is the first
    of all that stands, and takes the place of what was read before.
    """

    matches: list[FeedMatch]
    cursor: str
    more: bool
    anew: bool


class UnitMatch(msgspec.Struct, frozen=True):
    """A match as the unit sees it."""

    match: str
    version: int
    left_party: str
    left_key: str
    right_party: str
    right_key: str
    score: float
    verdict: str
    probability: float | None
    changed_ms: int


def feed_match(traced: TracedMatch, party: str) -> FeedMatch:
    """Show a match to one of its parties."""
    match = traced.match
    own, other = (match.left, match.right) if match.left.party == party else (match.right, match.left)
    return FeedMatch(
        match=match.id,
        operation=traced.operation,
        version=traced.cursor,
        key=own.key.hex(),
        other_party=other.party,
        other_key=other.key.hex(),
        score=match.score,
        verdict=match.verdict,
        probability=match.probability,
        ended=traced.ended,
        changed_ms=traced.changed_ms,
    )


def unit_match(traced: TracedMatch) -> UnitMatch:
    """Show a match to the unit."""
    match = traced.match
    return UnitMatch(
        match=match.id,
        version=traced.cursor,
        left_party=match.left.party,
        left_key=match.left.key.hex(),
        right_party=match.right.party,
        right_key=match.right.key.hex(),
        score=match.score,
        verdict=match.verdict,
        probability=match.probability,
        changed_ms=traced.changed_ms,
    )
