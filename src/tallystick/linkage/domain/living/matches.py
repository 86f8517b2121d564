"""A match, its verdict, and the events that tell of its life."""

import hashlib
from typing import Literal

import msgspec

from tallystick.linkage.domain.living.linkages import GreyZone

__all__ = ["Match", "MatchEvent", "Member", "Operation", "Verdict", "decided", "end", "judged", "match_id", "revise"]

Verdict = Literal["accepted", "pending", "confirmed", "rejected"]
Operation = Literal["made", "rescored", "judged", "ended"]
LIKELY = 0.5


class Member(msgspec.Struct, frozen=True, order=True):
    """One side of a match: a party's name and its record key."""

    party: str
    key: bytes


class Match(msgspec.Struct, frozen=True):
    """A solved pair.

    Outside the grey zone the threshold decides: the pair is `accepted`. Inside it a pair is `pending` until the judge
    has `confirmed` or `rejected` it; `evidence` holds the features that the judge saw, as bytes.
    """

    id: str
    left: Member
    right: Member
    score: float
    verdict: Verdict
    probability: float | None = None
    evidence: bytes | None = None


class MatchEvent(msgspec.Struct, frozen=True):
    """What happened to a match, and the match as it is since."""

    operation: Operation
    match: Match


def match_id(linkage: str, left: Member, right: Member) -> str:
    """Name a pair; the same pair has the same name in every epoch and after every restart."""
    digest = hashlib.sha256(linkage.encode())
    for member in sorted((left, right)):
        digest.update(b"\n" + member.party.encode() + b"\n" + member.key)
    return digest.hexdigest()[:32]


def decided(score: float, zone: GreyZone) -> Verdict:
    """Say what the score alone decides."""
    return "pending" if score in zone else "accepted"


def revise(
    known: Match | None, linkage: str, left: Member, right: Member, score: float, zone: GreyZone
) -> MatchEvent | None:
    """Make a match of a solved pair, or rescore the known one; None when nothing changed."""
    if known is None:
        match = Match(match_id(linkage, left, right), left, right, score, decided(score, zone))
        return MatchEvent("made", match)
    if known.score == score:
        return None
    match = msgspec.structs.replace(known, score=score, verdict=decided(score, zone), probability=None, evidence=None)
    return MatchEvent("rescored", match)


def judged(known: Match, probability: float, evidence: bytes) -> MatchEvent:
    """Take the judge's answer."""
    match = msgspec.structs.replace(
        known,
        verdict="confirmed" if probability >= LIKELY else "rejected",
        probability=probability,
        evidence=evidence,
    )
    return MatchEvent("judged", match)


def end(known: Match) -> MatchEvent:
    """End a match: a record is gone, changed, or belongs to another match now."""
    return MatchEvent("ended", known)
