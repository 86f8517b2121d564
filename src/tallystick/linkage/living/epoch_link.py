"""One epoch in the linker's memory, and its files."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from tallystick.linkage.adapters.linker_store import Graph, LinkerStore, Snapshot
from tallystick.linkage.adapters.living_files import LivingFiles
from tallystick.linkage.adapters.living_store import Entry
from tallystick.linkage.domain.living.candidates import ordinal_of
from tallystick.linkage.domain.living.changes import Changes
from tallystick.linkage.domain.living.linkages import Epoch, Linkage
from tallystick.linkage.domain.living.matcher import Compare, Matcher, Settlement
from tallystick.linkage.domain.living.matches import Member
from tallystick.linkage.domain.living.solution import Pair

__all__ = ["EpochLink"]

LOOSE_RECORDS: Final = 50_000
LOOSE_CANDIDATES: Final = 100_000
SLOTS_A_FRAME: Final = 10_000
BATCHES_KNOWN_MS: Final = 7 * 86_400_000


class EpochLink:
    """Takes entries in order of their sequence; `settle` makes their effect on the candidate graph durable."""

    def __init__(
        self, linkage: Linkage, epoch: Epoch, files: LivingFiles, compare: Compare, *, most_candidates: float
    ) -> None:
        self.epoch = epoch.id
        self.graph = Graph(linkage.id, epoch.id)
        self.matcher = Matcher(
            len(linkage.parties), epoch.encoding_bytes, linkage.threshold, compare, most_candidates=most_candidates
        )
        self._files = files
        self._number(linkage)
        self._snapshots: dict[str, int] = {}
        self._loose_records = dict.fromkeys(self._parties, 0)
        self._loose_candidates = 0

    def welcome(self, linkage: Linkage) -> None:
        """Make room for parties that were added."""
        self._number(linkage)
        self._loose_records = {**dict.fromkeys(self._parties, 0), **self._loose_records}
        self.matcher.welcome(len(self._parties))

    def restore_roster(self, snapshot: Snapshot) -> None:
        """Begin a party's roster with its compacted one."""
        ordinal = self._parties[snapshot.party]
        for changes in self._files.snapshot(snapshot):
            self.matcher.take(ordinal, changes)
        if snapshot.complete_generation >= 0:
            self.matcher.complete(ordinal, snapshot.complete_generation)
        self._snapshots[snapshot.party] = snapshot.sequence

    def restore_graph(self) -> None:
        """Read the candidate graph; entries taken so far count as settled."""
        for isolated, added in self._files.steps(self.graph):
            self.matcher.restore(isolated, added)
            self._loose_candidates += len(added)
        self.matcher.resume()

    def take(self, entry: Entry) -> None:
        """Take an entry, unless it is withheld or the compacted roster holds it already."""
        if entry.withheld or entry.sequence <= self._snapshots.get(entry.party, 0):
            return
        ordinal = self._parties[entry.party]
        if entry.generation is not None:
            self.matcher.complete(ordinal, entry.generation)
        for changes in self._files.batch(entry):
            self.matcher.take(ordinal, changes)
        self._loose_records[entry.party] += entry.records

    def settle(self, *, live: bool) -> Settlement:
        """Link what was taken; the step is durable and becomes visible when `graph` is saved.

        Only a live epoch's pairs are solved at once. Raises `TooManyCandidates`.
        """
        settlement = self.matcher.settle(solve_now=live)
        if settlement.isolated or settlement.added:
            self.graph = self._files.add_step(self.graph, settlement.isolated, settlement.added)
            self._loose_candidates += len(settlement.added)
        return settlement

    @property
    def complete(self) -> bool:
        """Whether every party has declared a snapshot complete."""
        return all(roster.complete_generation >= 0 for roster in self.matcher.rosters)

    def members(self, pair: Pair) -> tuple[Member, Member]:
        """Name the two sides of a pair."""
        left, right = pair
        return self._member(left), self._member(right)

    def position(self, member: Member) -> tuple[int, int, int] | None:
        """Return where a record's newest change stands in its source."""
        roster = self.matcher.rosters[self._parties[member.party]]
        slot = int(roster.find(np.frombuffer(member.key, np.uint8).reshape(1, -1))[0])
        return None if slot < 0 else roster.position(slot)

    def records(self) -> dict[str, int]:
        """Count each party's records."""
        rosters = self.matcher.rosters
        return {name: int(np.count_nonzero(rosters[ordinal].alive)) for name, ordinal in self._parties.items()}

    def compact(self, linked: LinkerStore, sequence: int, now: int) -> None:
        """Rewrite what has grown loose; every entry up to `sequence` must be linked and committed."""
        for party, ordinal in self._parties.items():
            roster = self.matcher.rosters[ordinal]
            if self._loose_records[party] > max(LOOSE_RECORDS, len(roster)):
                snapshot = Snapshot(
                    self.graph.linkage, party, self.epoch, sequence, 0, complete_generation=roster.complete_generation
                )
                snapshot = self._files.add_snapshot(snapshot, self._parts(ordinal))
                unused = linked.replace_by_snapshot(snapshot, forget_before_ms=now - BATCHES_KNOWN_MS)
                self._files.drop_replaced(snapshot, unused)
                self._snapshots[party], self._loose_records[party] = sequence, 0
        if self._loose_candidates > max(LOOSE_CANDIDATES, 2 * len(self.matcher.graph)):
            old, self.graph = self.graph, self._files.rewrite_graph(self.graph, self.matcher.graph.all())
            linked.save_graph(self.graph)
            self._files.drop_graph(old)
            self._loose_candidates = len(self.matcher.graph)

    def _number(self, linkage: Linkage) -> None:
        """Know parties by their stored ordinals, which records of the graph's files refer to."""
        self._parties = {party.name: party.ordinal for party in linkage.parties}
        self._names = {party.ordinal: party.name for party in linkage.parties}

    def _parts(self, ordinal: int) -> Iterator[Changes]:
        roster = self.matcher.rosters[ordinal]
        return (roster.changes(start, start + SLOTS_A_FRAME) for start in range(0, len(roster), SLOTS_A_FRAME))

    def _member(self, record: int) -> Member:
        return Member(self._names[ordinal_of(record)], self.matcher.key(record))
