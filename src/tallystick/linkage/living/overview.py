"""What a linkage looks like now, from the store alone."""

from collections.abc import Callable
from typing import Final

import msgspec

from tallystick.linkage.adapters.contact_store import ContactStore
from tallystick.linkage.adapters.linker_store import LinkerStore, TracedMatch
from tallystick.linkage.adapters.living_store import LivingStore
from tallystick.linkage.domain.living.candidates import BINS
from tallystick.linkage.domain.living.linkages import Linkage
from tallystick.linkage.domain.living.matches import Verdict
from tallystick.linkage.living.figures import Figures
from tallystick.linkage.living.service import now_ms
from tallystick.linkage.living.wire import LinkageStatus, PartyStatus, Scores, StreamStatus
from tallystick.platform.web import Rate

__all__ = ["Overview"]

INTERVAL_MS: Final = 5_000
INTERVALS: Final = 60


class Overview:
    """Reads for the console and the API's status."""

    def __init__(
        self, store: LivingStore, linked: LinkerStore, contacts: ContactStore, now: Callable[[], int] = now_ms
    ) -> None:
        self._store = store
        self._linked = linked
        self._contacts = contacts
        self._now = now

    def status(self, linkage: Linkage) -> LinkageStatus:
        """Sum a linkage up."""
        progress = self._linked.progress(linkage.id)
        figures = msgspec.json.decode(progress.figures, type=Figures)
        streams: dict[str, list[StreamStatus]] = {}
        for each in self._store.streams(linkage.id):
            streams.setdefault(each.party, []).append(StreamStatus(each.epoch, each.complete_generation, each.newest))
        withheld = self._store.withheld(linkage.id)
        heard = self._contacts.heard_ms(linkage.id)
        parties = [
            PartyStatus(
                name=party.name,
                joined_ms=party.joined_ms,
                heard_ms=heard.get(party.name),
                records=figures.records.get(party.name, 0),
                withheld=withheld.get(party.name, 0),
                streams=streams.get(party.name, []),
            )
            for party in linkage.parties
        ]
        return LinkageStatus(
            id=linkage.id,
            name=linkage.name,
            threshold=linkage.threshold,
            grey_zone=linkage.grey_zone,
            live_epoch=linkage.live.id if linkage.live else None,
            epochs=list(linkage.epochs),
            parties=parties,
            received=self._store.received().get(linkage.id, 0),
            linked=progress.sequence,
            candidates=figures.candidates,
            matches=self._linked.verdicts(linkage.id),
            cursor=str(progress.cursor),
            updated_ms=progress.updated_ms,
        )

    def scores(self, linkage: Linkage) -> Scores:
        """Count the candidates by score, from the threshold's bin on."""
        figures = msgspec.json.decode(self._linked.progress(linkage.id).figures, type=Figures)
        counts = list(figures.histogram) or [0] * BINS
        first = min(int(linkage.threshold * BINS + 1e-9), BINS - 1)
        edges = [place / BINS for place in range(first, BINS + 1)]
        return Scores(linkage.threshold, linkage.grey_zone, edges, counts[first:])

    def match_scores(self, linkage: Linkage) -> list[int]:
        """Count the matches that stand by score, in the same bins as the candidates."""
        counted = self._linked.scores(linkage.id, BINS)
        return [counted.get(place, 0) for place in range(min(int(linkage.threshold * BINS + 1e-9), BINS - 1), BINS)]

    def matches(
        self, linkage: Linkage, *, verdict: Verdict | None = None, before: int | None = None, limit: int = 50
    ) -> list[TracedMatch]:
        """List matches that stand, the latest change first."""
        return self._linked.latest(linkage.id, verdict=verdict, before=before, limit=limit)

    def change_rates(self, linkage: Linkage) -> dict[str, Rate]:
        """Count each party's changes in the last five minutes, in whole intervals of five seconds."""
        end = self._now() // INTERVAL_MS * INTERVAL_MS
        starts = range(end - INTERVALS * INTERVAL_MS, end, INTERVAL_MS)
        counted = self._store.changes_since(linkage.id, starts[0], width_ms=INTERVAL_MS)
        return {
            party.name: Rate([counted.get(party.name, {}).get(start, 0) for start in starts], end, INTERVAL_MS)
            for party in linkage.parties
        }
