"""The matches of a linkage as they are published, and the events that bring them up to date."""

from collections.abc import Iterable, Iterator

from tallystick.linkage.domain.living.linkages import GreyZone
from tallystick.linkage.domain.living.matcher import Settlement
from tallystick.linkage.domain.living.matches import Match, MatchEvent, end, judged, match_id, revise
from tallystick.linkage.domain.living.solution import Pair
from tallystick.linkage.living.epoch_link import EpochLink

__all__ = ["Publication"]


class Publication:
    """Holds the standing matches by id, and the pairs whose evidence the judge has not seen."""

    def __init__(self, linkage: str, zone: GreyZone, standing: Iterable[Match]) -> None:
        self._linkage = linkage
        self._zone = zone
        self._matches = {match.id: match for match in standing}
        self._unjudged: dict[Pair, None] = {}

    def __len__(self) -> int:
        return len(self._matches)

    @property
    def waiting(self) -> bool:
        """Whether there are pairs that the judge may have to look at."""
        return bool(self._unjudged)

    def follow(self, link: EpochLink, settlement: Settlement) -> list[MatchEvent]:
        """Publish what a settlement of the live epoch changed."""
        ended = [self._id(link, pair) for pair in settlement.gone]
        for pair in settlement.gone:
            self._unjudged.pop(pair, None)
        return [*self._end(ended), *self._revise(link, settlement.standing)]

    def replace(self, link: EpochLink) -> list[MatchEvent]:
        """Publish an epoch's pairs in place of all that stands: another's, or what an older version made of its own.

        Every pair in the grey zone is looked at again: its evidence may be one that the judge has not seen.
        """
        self._unjudged = {}
        pairs = sorted(link.matcher.pairs())
        kept = {self._id(link, pair) for pair in pairs}
        return [*self._end(sorted(self._matches.keys() - kept)), *self._revise(link, pairs)]

    def unjudged(self, link: EpochLink, limit: int) -> tuple[list[Pair], list[bytes]]:
        """Choose pairs whose evidence is new to the judge; returns them and their evidence."""
        chosen = list(self._unjudged)[:limit]
        if not chosen:
            return [], []
        rows = [row.tobytes() for row in link.matcher.evidence(chosen)]
        new = [
            (pair, row)
            for pair, row in zip(chosen, rows, strict=True)
            if self._matches[self._id(link, pair)].evidence != row
        ]
        for pair in set(chosen) - {pair for pair, _ in new}:
            del self._unjudged[pair]
        return [pair for pair, _ in new], [row for _, row in new]

    def judge(
        self, link: EpochLink, pairs: Iterable[Pair], evidence: Iterable[bytes], probabilities: Iterable[float]
    ) -> list[MatchEvent]:
        """Take the judge's answers; one that says what stands already is no event, though its evidence was new."""
        events = []
        for pair, seen, probability in zip(pairs, evidence, probabilities, strict=True):
            known = self._matches[self._id(link, pair)]
            event = judged(known, probability, seen)
            self._matches[event.match.id] = event.match
            self._unjudged.pop(pair, None)
            if (known.verdict, known.probability) != (event.match.verdict, event.match.probability):
                events.append(event)
        return events

    def _end(self, ids: Iterable[str]) -> Iterator[MatchEvent]:
        for identity in ids:
            if match := self._matches.pop(identity, None):
                yield end(match)

    def _revise(self, link: EpochLink, pairs: Iterable[Pair]) -> Iterator[MatchEvent]:
        for pair in pairs:
            left, right = link.members(pair)
            score = link.matcher.score(pair)
            known = self._matches.get(match_id(self._linkage, left, right))
            if event := revise(known, self._linkage, left, right, score, self._zone):
                self._matches[event.match.id] = event.match
                yield event
            if score in self._zone:
                self._unjudged[pair] = None
            else:
                self._unjudged.pop(pair, None)

    def _id(self, link: EpochLink, pair: Pair) -> str:
        return match_id(self._linkage, *link.members(pair))
