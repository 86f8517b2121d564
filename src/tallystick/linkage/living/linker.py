"""The linker: follows one linkage's entries and publishes what becomes of its matches."""

import secrets
import time
from collections.abc import Callable, Sequence
from math import inf
from typing import Final

import msgspec
import numpy as np

from tallystick.linkage.adapters.linker_store import Graph, LinkerStore, Progress
from tallystick.linkage.adapters.living_files import LivingFiles
from tallystick.linkage.adapters.living_store import Entry, LivingStore
from tallystick.linkage.domain.living.candidates import TooManyCandidates
from tallystick.linkage.domain.living.features import FEATURES
from tallystick.linkage.domain.living.judge import Judge, JudgeUnavailable
from tallystick.linkage.domain.living.linkages import Epoch, Linkage
from tallystick.linkage.domain.living.matcher import Compare
from tallystick.linkage.domain.living.matches import MatchEvent, Member
from tallystick.linkage.living.epoch_link import EpochLink
from tallystick.linkage.living.events import record_of
from tallystick.linkage.living.figures import Figures
from tallystick.linkage.living.publication import Publication
from tallystick.linkage.living.service import now_ms, topic_of
from tallystick.platform.log import Log
from tallystick.platform.store import Store
from tallystick.platform.telemetry import logger, metrics

__all__ = ["Linker"]

ENTRIES_AT_ONCE: Final = 64
JUDGED_AT_ONCE: Final = 2000
JUDGE_PAUSE_S: Final = 1.0

log = logger("tallystick.linkage.linker")

linked = metrics.counter("tallystick_linkage_changes_total", "Changes of encodings that were linked.", ["linkage"])
lag = metrics.histogram(
    "tallystick_linkage_change_seconds", "Time from a batch's receipt to the commit of its matches.", ["linkage"]
)
withheld = metrics.counter(
    "tallystick_linkage_withheld_total",
    "Batches that are not linked, because they would bring too many candidates.",
    ["linkage"],
)
told = metrics.counter("tallystick_linkage_events_total", "Match events by operation.", ["linkage", "operation"])


class Linker:
    """Holds one linkage in memory as of its last commit; after an error, make a new one.

    One process at a time may link; `LinkerWorker` sees to that.
    """

    def __init__(
        self,
        linkage: Linkage,
        *,
        store: Store,
        log: Log,
        files: LivingFiles,
        compare: Compare,
        judge: Judge | None = None,
        most_candidates: float = inf,
        now: Callable[[], int] = now_ms,
    ) -> None:
        self._linkage = linkage
        self._store, self._log, self._files = store, log, files
        self._living, self._linked = LivingStore(store), LinkerStore(store)
        self._compare, self._judge, self._now = compare, judge, now
        self._most_candidates = most_candidates
        self._judge_after = 0.0
        self._entries_at_once = ENTRIES_AT_ONCE
        self._begin()

    def _begin(self) -> None:
        """Take up the linkage as of its last commit."""
        linkage = self._linkage = self._living.linkage(self._linkage.id) or self._linkage
        self._progress = self._linked.progress(linkage.id)
        self._publication = Publication(linkage.id, linkage.grey_zone, self._linked.standing(linkage.id))
        self._links: dict[str, EpochLink] = {}
        self._saved: frozenset[Graph] = frozenset()
        self._begun = False
        self._restore()

    def wanted(self, sequence: int) -> bool:
        """Say whether `step` would find something to do, `sequence` being the linkage's latest entry."""
        return sequence > self._progress.sequence or self._may_ask()

    def step(self) -> bool:
        """Link the next entries, or have pairs judged; tell whether there was anything to do."""
        entries = self._living.entries(self._linkage.id, after=self._progress.sequence, limit=self._entries_at_once)
        if not entries:
            self._entries_at_once = ENTRIES_AT_ONCE
            return self._have_judged()
        self._follow_definition()
        for entry in entries:
            if link := self._links.get(entry.epoch):
                link.take(entry)
        try:
            events = self._settle({entry.epoch for entry in entries if not entry.withheld})
        except TooManyCandidates:
            self._withhold(entries)
            return True
        if (successor := self._successor()) is not None:
            self._linkage = self._linkage.with_epoch_live(successor.id, self._now())
            events += self._publication.replace(self._links[successor.id])
        self._commit(entries[-1].sequence, events, self._linkage.epochs if successor else ())
        self._count(entries)
        self._retire()
        for link in self._links.values():
            link.compact(self._linked, self._progress.sequence, self._now())
        return True

    def _restore(self) -> None:
        graphs, snapshots = self._linked.graphs(self._linkage.id), self._linked.snapshots(self._linkage.id)
        for epoch in self._linkage.epochs:
            if epoch.state == "retired":
                self._linked.forget_epoch(self._linkage.id, epoch.id)
                self._files.drop_epoch(self._linkage.id, epoch.id)
            else:
                self._links[epoch.id] = link = self._link(epoch)
                link.graph = graphs.get(epoch.id, link.graph)
        for (epoch_id, _), snapshot in snapshots.items():
            if epoch_id in self._links:
                self._links[epoch_id].restore_roster(snapshot)
        self._retake()
        for link in self._links.values():
            link.restore_graph()
        if (live := self._live()) and (events := self._publication.replace(live)):
            self._commit(self._progress.sequence, events)

    def _retake(self) -> None:
        sequence = 0
        while sequence < self._progress.sequence:
            entries = self._living.entries(self._linkage.id, after=sequence, limit=ENTRIES_AT_ONCE)
            for entry in entries:
                if entry.sequence <= self._progress.sequence and entry.epoch in self._links:
                    self._links[entry.epoch].take(entry)
            sequence = entries[-1].sequence if entries else self._progress.sequence

    def _follow_definition(self) -> None:
        """See epochs and parties that were added since."""
        self._linkage = self._living.linkage(self._linkage.id) or self._linkage
        for link in self._links.values():
            link.welcome(self._linkage)
        for epoch in self._linkage.epochs:
            if epoch.state != "retired" and epoch.id not in self._links:
                self._links[epoch.id] = self._link(epoch)

    def _link(self, epoch: Epoch) -> EpochLink:
        return EpochLink(self._linkage, epoch, self._files, self._compare, most_candidates=self._most_candidates)

    def _withhold(self, entries: Sequence[Entry]) -> None:
        """Find the entry that is too much by taking them one by one; what follows without it is linked as ever."""
        if len(entries) > 1:
            self._entries_at_once = 1
        else:
            (entry,) = entries
            self._living.withhold(entry)
            withheld.labels(self._linkage.id).inc()
            log.error(
                "batch withheld: it would bring more candidates than linkage.most_candidates",
                linkage=self._linkage.id,
                party=entry.party,
                epoch=entry.epoch,
                batch=entry.batch,
                records=entry.records,
            )
        self._begin()

    def _live(self) -> EpochLink | None:
        return self._links.get(self._linkage.live.id) if self._linkage.live else None

    def _successor(self) -> Epoch | None:
        """Find the newest epoch in which every party's snapshot is complete, unless it is live already."""
        complete = [
            epoch for epoch in self._linkage.epochs if epoch.state == "building" and self._links[epoch.id].complete
        ]
        return max(complete, key=lambda epoch: epoch.ordinal, default=None)

    def _settle(self, epochs: set[str]) -> list[MatchEvent]:
        """Link what was taken in some epochs; only the live one's changes are published."""
        live, events = self._live(), []
        for link in self._links.values():
            if link.epoch in epochs:
                settlement = link.settle(live=link is live)
                events += self._publication.follow(link, settlement) if link is live else []
        return events

    def _have_judged(self) -> bool:
        live = self._live()
        if self._judge is None or live is None or not self._may_ask():
            return False
        pairs, evidence = self._publication.unjudged(live, JUDGED_AT_ONCE)
        if not pairs:
            return False
        features = np.frombuffer(b"".join(evidence), np.float32).reshape(-1, len(FEATURES))
        try:
            probabilities = self._judge.judge(features)
        except JudgeUnavailable:
            self._judge_after = time.monotonic() + JUDGE_PAUSE_S
            return False
        if events := self._publication.judge(live, pairs, evidence, probabilities.tolist()):
            self._commit(self._progress.sequence, events)
        return True

    def _may_ask(self) -> bool:
        return self._judge is not None and self._publication.waiting and time.monotonic() >= self._judge_after

    def _commit(self, sequence: int, events: Sequence[MatchEvent], epochs: Sequence[Epoch] = ()) -> None:
        """Make everything visible at once: how far we are, the graphs, the matches and the events about them."""
        now, first = self._now(), self._progress.cursor + 1
        numbered = list(enumerate(events, first))
        figures = Figures.of(self._live() or next(iter(self._links.values()), None))
        progress = Progress(
            self._linkage.id, sequence, self._progress.cursor + len(events), msgspec.json.encode(figures), now
        )
        records = [record_of(self._linkage.id, cursor, event, now, self._position) for cursor, event in numbered]
        graphs = [link.graph for link in self._links.values()]
        with self._store.write() as connection:
            if events and not self._begun:
                self._linked.begin(connection, self._linkage.id, self._progress.cursor, secrets.token_hex(8))
            self._linked.commit(connection, progress, [graph for graph in graphs if graph not in self._saved], epochs)
            self._linked.publish(connection, self._linkage.id, numbered, now)
            if records:
                self._log.append(topic_of(self._linkage.id), records, within=connection)
        self._progress, self._saved = progress, frozenset(graphs)
        self._begun = self._begun or bool(events)
        for event in events:
            told.labels(self._linkage.id, event.operation).inc()

    def _count(self, entries: Sequence[Entry]) -> None:
        linked.labels(self._linkage.id).inc(sum(entry.records for entry in entries))
        for entry in entries:
            lag.labels(self._linkage.id).observe(max(0, self._progress.updated_ms - entry.received_ms) / 1000)

    def _position(self, member: Member) -> tuple[int, int, int] | None:
        live = self._live()
        return live.position(member) if live else None

    def _retire(self) -> None:
        for epoch in self._linkage.epochs:
            if epoch.state == "retired" and epoch.id in self._links:
                del self._links[epoch.id]
                self._linked.forget_epoch(self._linkage.id, epoch.id)
                self._files.drop_epoch(self._linkage.id, epoch.id)
