"""How far the linker is, and the matches, in the store."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, RowMapping, delete, func, insert, or_, select, true, update

from tallystick.linkage.adapters.living_tables import (
    entries,
    epochs,
    graphs,
    incarnations,
    matches,
    progress,
    snapshots,
    streams,
)
from tallystick.linkage.adapters.rows import plain
from tallystick.linkage.domain.living.linkages import Epoch
from tallystick.linkage.domain.living.matches import Match, MatchEvent, Member, Verdict
from tallystick.platform.store import Connection, Store, upsert

__all__ = ["Graph", "LinkerStore", "Progress", "Snapshot", "TracedMatch"]


class Progress(msgspec.Struct, frozen=True):
    """The last entry that was linked, the last cursor that was given, and figures for the console."""

    linkage: str
    sequence: int = 0
    cursor: int = 0
    figures: bytes = b"{}"
    updated_ms: int = 0


class Graph(msgspec.Struct, frozen=True):
    """An epoch's file of candidate graph steps, and how much of it is visible."""

    linkage: str
    epoch: str
    file: int = 1
    length: int = 0


class Snapshot(msgspec.Struct, frozen=True):
    """A compacted roster: it stands for every entry of its party and epoch up to `sequence`."""

    linkage: str
    party: str
    epoch: str
    sequence: int
    length: int
    complete_generation: int


class TracedMatch(msgspec.Struct, frozen=True):
    """A match with its latest event: `cursor` orders the feed and is the match's version."""

    match: Match
    operation: str
    cursor: int
    ended: bool
    changed_ms: int


class LinkerStore:
    """What the linker commits, and the API reads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def progress(self, linkage: str) -> Progress:
        """Tell how far the linker is."""
        with self._store.read() as connection:
            row = connection.execute(select(progress).where(progress.c.linkage == linkage)).mappings().first()
        return Progress(linkage) if row is None else plain(row, Progress)

    def graphs(self, linkage: str) -> Mapping[str, Graph]:
        """Return the graph files by epoch."""
        with self._store.read() as connection:
            rows = connection.execute(select(graphs).where(graphs.c.linkage == linkage)).mappings()
            return {row["epoch"]: plain(row, Graph) for row in rows}

    def snapshots(self, linkage: str) -> Mapping[tuple[str, str], Snapshot]:
        """Return the compacted rosters by epoch and party."""
        with self._store.read() as connection:
            rows = connection.execute(select(snapshots).where(snapshots.c.linkage == linkage)).mappings()
            return {(row["epoch"], row["party"]): plain(row, Snapshot) for row in rows}

    def commit(
        self, within: Connection, now: Progress, graph_files: Sequence[Graph], declared: Sequence[Epoch]
    ) -> None:
        """Save how far the linker is; the caller's transaction holds what came of it."""
        upsert(within, progress, [msgspec.structs.asdict(now)], key=("linkage",))
        upsert(within, graphs, [msgspec.structs.asdict(file) for file in graph_files], key=("linkage", "epoch"))
        for epoch in declared:
            chosen = update(epochs).where(epochs.c.linkage == now.linkage, epochs.c.id == epoch.id)
            within.execute(chosen.values(state=epoch.state, live_ms=epoch.live_ms))

    def begin(self, within: Connection, linkage: str, after: int, incarnation: str) -> None:
        """Say which linker makes the events after a cursor."""
        within.execute(insert(incarnations), {"linkage": linkage, "after": after, "name": incarnation})

    def maker(self, linkage: str, cursor: int) -> str | None:
        """Tell which linker made the event of a cursor; None for one that was never given."""
        made = (
            select(incarnations.c.name)
            .where(
                incarnations.c.linkage == linkage,
                incarnations.c.after < cursor,
                select(progress.c.cursor).where(progress.c.linkage == linkage).scalar_subquery() >= cursor,
            )
            .order_by(incarnations.c.after.desc())
            .limit(1)
        )
        with self._store.read() as connection:
            return connection.scalar(made)

    def save_graph(self, graph: Graph) -> None:
        """Let a rewritten graph file take the place of the old one."""
        with self._store.write() as connection:
            upsert(connection, graphs, [msgspec.structs.asdict(graph)], key=("linkage", "epoch"))

    def publish(self, within: Connection, linkage: str, events: Iterable[tuple[int, MatchEvent]], now: int) -> None:
        """Save each match under the cursor of its latest event."""
        rows = {event.match.id: _match_row(linkage, cursor, event, now) for cursor, event in events}
        upsert(within, matches, list(rows.values()), key=("linkage", "id"))

    def replace_by_snapshot(self, snapshot: Snapshot, *, forget_before_ms: int) -> list[int]:
        """Let a compacted roster stand for its entries; return the segments that nothing refers to any more.

        The ids of its batches received before `forget_before_ms` are forgotten: no client repeats them any more.
        """
        own = [snapshot.linkage, snapshot.party, snapshot.epoch]
        replaced = [*_owned(entries, own), entries.c.sequence <= snapshot.sequence, entries.c.segment.is_not(None)]
        with self._store.write() as connection:
            used = connection.execute(select(entries.c.segment).where(*replaced).distinct()).scalars().all()
            upsert(connection, snapshots, [msgspec.structs.asdict(snapshot)], key=("linkage", "party", "epoch"))
            connection.execute(update(entries).where(*replaced).values(segment=None, start=None, end=None))
            covered = [*_owned(entries, own), entries.c.sequence <= snapshot.sequence]
            connection.execute(delete(entries).where(*covered, entries.c.received_ms < forget_before_ms))
            left = select(entries.c.segment).where(*_owned(entries, own), entries.c.segment.is_not(None)).distinct()
            current = select(streams.c.segment).where(*_owned(streams, own))
            needed = {*connection.execute(left).scalars(), *connection.execute(current).scalars()}
        return sorted({int(number) for number in used if number is not None} - needed)

    def forget_epoch(self, linkage: str, epoch: str) -> None:
        """Forget what was handed over in a retired epoch; the epoch itself stays known."""
        with self._store.write() as connection:
            for table in (entries, streams, snapshots, graphs):
                connection.execute(delete(table).where(table.c.linkage == linkage, table.c.epoch == epoch))

    def standing(self, linkage: str) -> list[Match]:
        """List the matches that have not ended."""
        wanted = select(matches).where(matches.c.linkage == linkage, ~matches.c.ended)
        with self._store.read() as connection:
            return [_match(row) for row in connection.execute(wanted).mappings()]

    def feed(self, linkage: str, party: str, *, after: int, limit: int) -> list[TracedMatch]:
        """List a party's matches whose latest event comes after a cursor, in the order of their events."""
        own = or_(matches.c.left_party == party, matches.c.right_party == party)
        return self._traced(linkage, [own, matches.c.cursor > after, *_alive_at_first(after)], limit, ascending=True)

    def latest(
        self, linkage: str, *, verdict: Verdict | None = None, before: int | None = None, limit: int = 50
    ) -> list[TracedMatch]:
        """List matches that have not ended, the latest event first."""
        wanted = [
            ~matches.c.ended,
            true() if verdict is None else matches.c.verdict == verdict,
            true() if before is None else matches.c.cursor < before,
        ]
        return self._traced(linkage, wanted, limit, ascending=False)

    def verdicts(self, linkage: str) -> Mapping[str, int]:
        """Count the matches that have not ended by verdict."""
        counted = (
            select(matches.c.verdict, func.count())
            .where(matches.c.linkage == linkage, ~matches.c.ended)
            .group_by(matches.c.verdict)
        )
        with self._store.read() as connection:
            return {str(verdict): int(number) for verdict, number in connection.execute(counted)}

    def scores(self, linkage: str, bins: int) -> Mapping[int, int]:
        """Count the matches that have not ended by the bin of [0, 1] that their score is in."""
        place = func.floor(matches.c.score * bins)
        counted = select(place, func.count()).where(matches.c.linkage == linkage, ~matches.c.ended).group_by(place)
        found = Counter[int]()
        with self._store.read() as connection:
            for number, count in connection.execute(counted):
                found[min(int(number), bins - 1)] += int(count)
        return found

    def _traced(
        self, linkage: str, wanted: Sequence[ColumnElement[bool]], limit: int, *, ascending: bool
    ) -> list[TracedMatch]:
        order = matches.c.cursor.asc() if ascending else matches.c.cursor.desc()
        statement = select(matches).where(matches.c.linkage == linkage, *wanted).order_by(order).limit(limit)
        with self._store.read() as connection:
            return [
                TracedMatch(_match(row), row["operation"], row["cursor"], row["ended"], row["changed_ms"])
                for row in connection.execute(statement).mappings()
            ]


def _alive_at_first(after: int) -> list[ColumnElement[bool]]:
    """Spare a reader who starts anew the ends of matches it never saw."""
    return [~matches.c.ended] if after == 0 else []


def _owned(table: Any, own: Sequence[str]) -> list[ColumnElement[bool]]:  # noqa: ANN401 -- any of the stream tables
    linkage, party, epoch = own
    return [table.c.linkage == linkage, table.c.party == party, table.c.epoch == epoch]


def _match(row: RowMapping) -> Match:
    return Match(
        id=row["id"],
        left=Member(row["left_party"], row["left_key"]),
        right=Member(row["right_party"], row["right_key"]),
        score=row["score"],
        verdict=row["verdict"],
        probability=row["probability"],
        evidence=row["evidence"],
    )


def _match_row(linkage: str, cursor: int, event: MatchEvent, now: int) -> dict[str, Any]:
    match = event.match
    return {
        "linkage": linkage,
        "id": match.id,
        "cursor": cursor,
        "operation": event.operation,
        "left_party": match.left.party,
        "left_key": match.left.key,
        "right_party": match.right.party,
        "right_key": match.right.key,
        "score": match.score,
        "verdict": match.verdict,
        "probability": match.probability,
        "evidence": match.evidence,
        "ended": event.operation == "ended",
        "changed_ms": now,
    }
