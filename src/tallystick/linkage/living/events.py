"""Match events as the platform's log keeps them: opaque keys and scores, never an identity."""

from collections.abc import Callable

import msgspec

from tallystick.linkage.domain.living.matches import MatchEvent, Member
from tallystick.platform.log import Record

__all__ = ["record_of"]

Position = tuple[int, int, int]


def record_of(
    linkage: str, cursor: int, event: MatchEvent, at: int, position: Callable[[Member], Position | None]
) -> Record:
    """Write an event down; each member tells where its newest change stood in its party's source."""
    match = event.match
    value = {
        "linkage": linkage,
        "match": match.id,
        "version": cursor,
        "operation": event.operation,
        "score": match.score,
        "verdict": match.verdict,
        "probability": match.probability,
        "members": [
            {"party": member.party, "key": member.key.hex(), "position": position(member)}
            for member in (match.left, match.right)
        ],
        "at": at,
    }
    return Record(match.id.encode(), msgspec.json.encode(value), timestamp=at)
