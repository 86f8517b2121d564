"""Linkages, parties, epochs and what was handed over, in the store."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import func, insert, select, update

from tallystick.linkage.adapters.living_tables import entries, epochs, linkages, parties, streams
from tallystick.linkage.adapters.rows import plain
from tallystick.linkage.domain.living.changes import Position
from tallystick.linkage.domain.living.linkages import Epoch, GreyZone, Linkage, Party
from tallystick.platform.store import Connection, Store, upsert

__all__ = ["Entry", "LivingStore", "Stream"]


class Entry(msgspec.Struct, frozen=True):
    """A batch, or with `generation` a complete snapshot, that a party handed over.

    Its columns lie in [start, end) of the party's segment; `segment` is None once compaction has taken them over. One
    that is `withheld` counts as never sent: it would bring more candidates than may be.
    """

    linkage: str
    sequence: int
    party: str
    epoch: str
    batch: str
    digest: bytes
    records: int
    received_ms: int
    generation: int | None = None
    segment: int | None = None
    start: int | None = None
    end: int | None = None
    withheld: bool = False


class Stream(msgspec.Struct, frozen=True):
    """Where a party's next batch of an epoch goes, and how far the party is."""

    linkage: str
    party: str
    epoch: str
    segment: int = 1
    length: int = 0
    complete_generation: int | None = None
    newest: Position | None = None


class LivingStore:
    """What the API's processes read and write; the linker's own tables are in `LinkerStore`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, linkage: Linkage) -> bool:
        """Keep a new linkage and its parties; False, and nothing is kept, when its id is taken."""
        row = {
            "id": linkage.id,
            "name": linkage.name,
            "threshold": linkage.threshold,
            "grey_low": linkage.grey_zone.low,
            "grey_high": linkage.grey_zone.high,
            "schema_hash": linkage.schema_hash,
            "created_ms": linkage.created_ms,
            "sequence": 0,
        }
        with self._store.write() as connection:
            if not upsert(connection, linkages, [row], key=("id",), replace=False):
                return False
            connection.execute(insert(parties), [_party_row(linkage.id, party) for party in linkage.parties])
        return True

    def linkage(self, identity: str) -> Linkage | None:
        """Find a linkage with its parties and epochs."""
        with self._store.read() as connection:
            return next(iter(_linkages(connection, identity)), None)

    def linkages(self) -> list[Linkage]:
        """List every linkage, the oldest first."""
        with self._store.read() as connection:
            return _linkages(connection)

    def add_party(self, linkage: str, name: str) -> None:
        """Add a party after all others; one that is there already stays where it is."""
        with self._writing(linkage) as connection:
            known = _parties(connection, linkage)
            if all(party.name != name for party in known):
                connection.execute(insert(parties), _party_row(linkage, Party(name, len(known))))

    def save_joined(self, linkage: str, party: str, joined_ms: int) -> None:
        """Note when a party joined."""
        chosen = update(parties).where(parties.c.linkage == linkage, parties.c.name == party)
        with self._store.write() as connection:
            connection.execute(chosen.values(joined_ms=joined_ms))

    def add_epoch(self, linkage: str, epoch: Epoch, party: str, *, most: int) -> bool:
        """Add an epoch that a party declares after all others; one that is there already stays as it is.

        False, and nothing added, when the party has declared `most` epochs that are still being built.
        """
        building = [epochs.c.linkage == linkage, epochs.c.state == "building", epochs.c.declared_by == party]
        with self._writing(linkage) as connection:
            known = _epochs(connection, linkage)
            if any(each.id == epoch.id for each in known):
                return True
            if connection.execute(select(func.count()).select_from(epochs).where(*building)).scalar_one() >= most:
                return False
            row = {"linkage": linkage, "declared_by": party, **msgspec.structs.asdict(epoch), "ordinal": len(known)}
            connection.execute(insert(epochs), row)
        return True

    def stream(self, linkage: str, party: str, epoch: str) -> Stream:
        """Tell where a party is in an epoch."""
        with self._store.read() as connection:
            return next(iter(_streams(connection, linkage, party, epoch)), Stream(linkage, party, epoch))

    def streams(self, linkage: str) -> list[Stream]:
        """Tell where every party is in every epoch."""
        with self._store.read() as connection:
            return _streams(connection, linkage)

    def entry(self, linkage: str, party: str, epoch: str, batch: str) -> Entry | None:
        """Find what was handed over under a batch id."""
        wanted = select(entries).where(
            entries.c.linkage == linkage,
            entries.c.party == party,
            entries.c.epoch == epoch,
            entries.c.batch == batch,
        )
        with self._store.read() as connection:
            row = connection.execute(wanted).mappings().first()
        return None if row is None else plain(row, Entry)

    def admit(self, entry: Entry, stream: Stream) -> Entry | None:
        """Make an entry visible: it gets the next sequence number. None when its epoch has retired meanwhile."""
        with self._store.write() as connection:
            if any(epoch.state == "retired" for epoch in _epochs(connection, entry.linkage, entry.epoch)):
                return None
            grown = update(linkages).where(linkages.c.id == entry.linkage).values(sequence=linkages.c.sequence + 1)
            sequence = connection.execute(grown.returning(linkages.c.sequence)).scalar_one()
            admitted = msgspec.structs.replace(entry, sequence=sequence)
            connection.execute(insert(entries), msgspec.structs.asdict(admitted))
            upsert(connection, streams, [_stream_row(stream)], key=_STREAM)
        return admitted

    def entries(self, linkage: str, *, after: int, limit: int) -> list[Entry]:
        """List what was handed over after a sequence number, in order."""
        wanted = select(entries).where(entries.c.linkage == linkage, entries.c.sequence > after)
        with self._store.read() as connection:
            rows = connection.execute(wanted.order_by(entries.c.sequence).limit(limit)).mappings()
            return [plain(row, Entry) for row in rows]

    def withhold(self, entry: Entry) -> None:
        """Leave an entry out of linking, for good."""
        chosen = update(entries).where(entries.c.linkage == entry.linkage, entries.c.sequence == entry.sequence)
        with self._store.write() as connection:
            connection.execute(chosen.values(withheld=True))

    def withheld(self, linkage: str) -> Mapping[str, int]:
        """Count each party's entries that are withheld."""
        counted = select(entries.c.party, func.count()).where(entries.c.linkage == linkage, entries.c.withheld)
        with self._store.read() as connection:
            rows = connection.execute(counted.group_by(entries.c.party))
            return {str(party): int(number) for party, number in rows}

    def received(self) -> dict[str, int]:
        """Return the sequence number of every linkage's latest entry."""
        with self._store.read() as connection:
            rows = connection.execute(select(linkages.c.id, linkages.c.sequence).order_by(linkages.c.created_ms))
            return {str(identity): int(sequence) for identity, sequence in rows}

    @contextmanager
    def _writing(self, linkage: str) -> Iterator[Connection]:
        """Let one at a time add to a linkage, so that each finds the ordinal after the last one free."""
        with self._store.write() as connection:
            connection.execute(select(linkages.c.id).where(linkages.c.id == linkage).with_for_update())
            yield connection

    def changes_since(self, linkage: str, since_ms: int, *, width_ms: int) -> Mapping[str, Mapping[int, int]]:
        """Count each party's changes received since then, by the start of the interval they fell into."""
        interval = (entries.c.received_ms // width_ms) * width_ms
        counted = (
            select(entries.c.party, interval, func.sum(entries.c.records))
            .where(entries.c.linkage == linkage, entries.c.received_ms >= since_ms)
            .group_by(entries.c.party, interval)
        )
        found: dict[str, dict[int, int]] = {}
        with self._store.read() as connection:
            for party, start, number in connection.execute(counted):
                found.setdefault(party, {})[int(start)] = int(number)
        return found


_STREAM = ("linkage", "party", "epoch")


def _linkages(connection: Connection, identity: str | None = None) -> list[Linkage]:
    wanted = select(linkages).order_by(linkages.c.created_ms, linkages.c.id)
    if identity is not None:
        wanted = wanted.where(linkages.c.id == identity)
    return [
        Linkage(
            id=row["id"],
            name=row["name"],
            threshold=row["threshold"],
            grey_zone=GreyZone(row["grey_low"], row["grey_high"]),
            parties=_parties(connection, row["id"]),
            epochs=tuple(_epochs(connection, row["id"])),
            schema_hash=row["schema_hash"],
            created_ms=row["created_ms"],
        )
        for row in connection.execute(wanted).mappings().all()
    ]


def _parties(connection: Connection, linkage: str) -> tuple[Party, ...]:
    wanted = select(parties).where(parties.c.linkage == linkage).order_by(parties.c.ordinal)
    return tuple(plain(row, Party) for row in connection.execute(wanted).mappings())


def _epochs(connection: Connection, linkage: str, identity: str | None = None) -> list[Epoch]:
    wanted = select(epochs).where(epochs.c.linkage == linkage).order_by(epochs.c.ordinal)
    if identity is not None:
        wanted = wanted.where(epochs.c.id == identity)
    return [plain(row, Epoch) for row in connection.execute(wanted).mappings()]


def _streams(connection: Connection, linkage: str, party: str | None = None, epoch: str | None = None) -> list[Stream]:
    wanted = select(streams).where(streams.c.linkage == linkage)
    if party is not None:
        wanted = wanted.where(streams.c.party == party, streams.c.epoch == epoch)
    return [
        Stream(
            linkage=row["linkage"],
            party=row["party"],
            epoch=row["epoch"],
            segment=row["segment"],
            length=row["length"],
            complete_generation=row["complete_generation"],
            newest=None
            if row["newest_generation"] is None
            else Position(row["newest_generation"], row["newest_lsn"], row["newest_row"]),
        )
        for row in connection.execute(wanted).mappings()
    ]


def _party_row(linkage: str, party: Party) -> dict[str, Any]:
    return {"linkage": linkage, **msgspec.structs.asdict(party)}


def _stream_row(stream: Stream) -> dict[str, Any]:
    row = msgspec.structs.asdict(stream)
    newest = row.pop("newest")
    generation, lsn, place = (None, None, None) if newest is None else msgspec.structs.astuple(newest)
    return {**row, "newest_generation": generation, "newest_lsn": lsn, "newest_row": place}
