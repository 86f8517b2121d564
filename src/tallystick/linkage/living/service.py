"""What parties and operators can do with living linkages."""

import hashlib
import time
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import msgspec

from tallystick.linkage.adapters.linker_store import LinkerStore, TracedMatch
from tallystick.linkage.adapters.living_files import LivingFiles
from tallystick.linkage.adapters.living_frames import frame_of_changes
from tallystick.linkage.adapters.living_store import Entry, LivingStore, Stream
from tallystick.linkage.domain.living.changes import EncodingChange, columns
from tallystick.linkage.domain.living.cursors import Cursor, CursorText
from tallystick.linkage.domain.living.linkages import Epoch, GreyZone, Linkage, Name, Party, epoch_id
from tallystick.linkage.living.errors import (
    BatchReused,
    EpochRetired,
    LinkageExists,
    TooManyEpochs,
    UnknownEpoch,
    UnknownLinkage,
    UnknownParty,
    WrongDefinition,
    WrongEpoch,
)
from tallystick.platform.log import Log

__all__ = ["EVENTS_KEPT_MS", "Feed", "LivingService", "Receipt", "now_ms", "topic_of"]

EVENTS_KEPT_MS: Final = 30 * 86_400_000
FEWEST_PARTIES: Final = 2
MOST_BUILDING: Final = 4
"""Each epoch costs the linker memory before anything is sent into it; a party makes one when schema or key change."""


class Receipt(msgspec.Struct, frozen=True):
    """The unit's word that a batch is durable: a repeated batch gets the same one."""

    batch: str
    records: int
    sequence: int


class Feed(NamedTuple):
    """A party's matches by their latest events, and the cursor after the last of them.

    `anew`: the cursor that was asked for is unknown here, and these are the first of all that stand.
    """

    matches: list[TracedMatch]
    cursor: CursorText
    more: bool
    anew: bool


def now_ms() -> int:
    """Tell the time in milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def topic_of(linkage: str) -> str:
    """Name the log's topic of a linkage's match events."""
    return f"linkage.{linkage}.matches"


class LivingService:
    """Keeps nothing between calls but its adapters, so any number of processes may serve."""

    def __init__(
        self, store: LivingStore, linked: LinkerStore, files: LivingFiles, log: Log, now: Callable[[], int] = now_ms
    ) -> None:
        self._store = store
        self._linked = linked
        self._files = files
        self._log = log
        self._now = now

    def create(
        self,
        identity: str,
        *,
        parties: Sequence[str],
        threshold: float,
        name: str = "",
        grey_zone: GreyZone | None = None,
        schema_hash: str | None = None,
    ) -> Linkage:
        """Make a linkage; the same definition again gives the same linkage, with the parties that it adds at the end.

        Raises `WrongDefinition`, or `LinkageExists` for a definition that contradicts the known one.
        """
        zone = grey_zone or GreyZone()
        if len(set(parties)) != len(parties) or len(parties) < FEWEST_PARTIES:
            raise WrongDefinition("parties: a linkage has at least two parties, each named once")
        for given in (identity, *parties):
            _check_name(given)
        linkage = Linkage(
            id=identity,
            name=name or identity,
            threshold=threshold,
            grey_zone=zone,
            parties=tuple(Party(party, ordinal) for ordinal, party in enumerate(parties)),
            schema_hash=schema_hash,
            created_ms=self._now(),
        )
        if self._store.linkage(identity) is None:
            self._log.create(topic_of(identity), retention_ms=EVENTS_KEPT_MS)
            if self._store.create(linkage):
                return linkage
        known = self.linkage(identity)
        if not _agree(known, linkage):
            raise LinkageExists(f"linkage {identity} exists with another definition")
        for party in parties[len(known.parties) :]:
            self._store.add_party(identity, party)
        return self.linkage(identity)

    def linkages(self) -> list[Linkage]:
        """List every linkage."""
        return self._store.linkages()

    def linkage(self, identity: str) -> Linkage:
        """Find a linkage; raises `UnknownLinkage`."""
        if (linkage := self._store.linkage(identity)) is None:
            raise UnknownLinkage(f"no linkage {identity}")
        return linkage

    def join(self, identity: str, party: str) -> Linkage:
        """Note that a party has joined."""
        known = self._party(self.linkage(identity), party)
        if known.joined_ms is None:
            self._store.save_joined(identity, party, self._now())
        return self.linkage(identity)

    def add_party(self, identity: str, party: str) -> Linkage:
        """Invite one more party; the live epoch goes on without waiting for it."""
        self.linkage(identity)
        _check_name(party)
        self._store.add_party(identity, party)
        return self.linkage(identity)

    def declare(
        self, identity: str, party: str, epoch: str, *, schema_hash: str, key_id: str, encoding_bytes: int
    ) -> Epoch:
        """Declare an epoch; every party declares it alike, the first one makes it."""
        linkage = self.linkage(identity)
        self._party(linkage, party)
        if epoch != epoch_id(schema_hash, key_id):
            raise WrongEpoch(f"epoch {epoch} is not made of this schema hash and key id")
        if linkage.schema_hash not in (None, schema_hash):
            raise WrongEpoch("schema_hash: this linkage was made for another schema")
        declared = Epoch(epoch, schema_hash, key_id, encoding_bytes)
        if not self._store.add_epoch(identity, declared, party, most=MOST_BUILDING):
            raise TooManyEpochs(
                f"{party} has declared {MOST_BUILDING} epochs that are not complete; complete one first"
            )
        known = self._epoch(self.linkage(identity), epoch)
        if known.encoding_bytes != encoding_bytes:
            raise WrongEpoch(f"encoding_bytes: this epoch was declared with {known.encoding_bytes}")
        return known

    def upsert(self, identity: str, party: str, epoch: str, batch: str, records: Sequence[EncodingChange]) -> Receipt:
        """Take a batch; durable on return. Raises `WrongRecord` and takes nothing when one record does not fit."""
        open_epoch = self._open(identity, party, epoch)
        frame = frame_of_changes(columns(records, open_epoch.encoding_bytes))
        entry = Entry(identity, 0, party, epoch, batch, hashlib.sha256(frame).digest(), len(records), self._now())
        with self._files.exclusive(identity, epoch, party):
            if known := self._store.entry(identity, party, epoch, batch):
                return _same(known, entry)
            stream, start = self._files.add_batch(self._store.stream(identity, party, epoch), frame)
            reached = [record.position for record in records] + ([stream.newest] if stream.newest else [])
            stream = msgspec.structs.replace(stream, newest=max(reached, default=None))
            placed = msgspec.structs.replace(entry, segment=stream.segment, start=start, end=stream.length)
            return self._admit(placed, stream)

    def complete(self, identity: str, party: str, epoch: str, generation: int) -> Receipt:
        """Take a party's word that all of a snapshot was handed over: keys it lacks are gone."""
        self._open(identity, party, epoch)
        batch = f"complete:{generation}"
        entry = Entry(identity, 0, party, epoch, batch, b"", 0, self._now(), generation=generation)
        with self._files.exclusive(identity, epoch, party):
            if known := self._store.entry(identity, party, epoch, batch):
                return _same(known, entry)
            stream = self._store.stream(identity, party, epoch)
            highest = max(generation, stream.complete_generation or 0)
            return self._admit(entry, msgspec.structs.replace(stream, complete_generation=highest))

    def streams(self, identity: str) -> list[Stream]:
        """Tell how far every party is in every epoch."""
        return self._store.streams(identity)

    def feed(self, identity: str, party: str, *, after: CursorText, limit: int) -> Feed:
        """List what happened to a party's own matches after a cursor; from the beginning on, what stands now.

        A cursor that was not given in this history is of a unit that has lost its latest days since: the list begins
        anew.
        """
        self._party(self.linkage(identity), party)
        asked = Cursor.read(after)
        anew = after != "" and self._linked.maker(identity, asked.number) != asked.incarnation
        found = self._linked.feed(identity, party, after=0 if anew else asked.number, limit=limit + 1)
        shown = found[:limit]
        reached = "" if anew else after
        if shown and (maker := self._linked.maker(identity, shown[-1].cursor)):
            reached = Cursor(shown[-1].cursor, maker).text
        return Feed(shown, reached, len(found) > limit, anew)

    def _admit(self, entry: Entry, stream: Stream) -> Receipt:
        admitted = self._store.admit(entry, stream)
        if admitted is None:
            raise _retired(entry.epoch)
        return Receipt(admitted.batch, admitted.records, admitted.sequence)

    def _open(self, identity: str, party: str, epoch: str) -> Epoch:
        linkage = self.linkage(identity)
        self._party(linkage, party)
        known = self._epoch(linkage, epoch)
        if known.state == "retired":
            raise _retired(epoch)
        return known

    def _party(self, linkage: Linkage, party: str) -> Party:
        if (known := linkage.party(party)) is None:
            raise UnknownParty(f"linkage {linkage.id} has no party {party}")
        return known

    def _epoch(self, linkage: Linkage, epoch: str) -> Epoch:
        if (known := linkage.epoch(epoch)) is None:
            raise UnknownEpoch(f"linkage {linkage.id} has no epoch {epoch}; declare it first")
        return known


def _check_name(given: str) -> None:
    try:
        msgspec.convert(given, Name)
    except msgspec.ValidationError:
        raise WrongDefinition(f"{given!r} is no name: use lower-case letters, digits and dashes") from None


def _agree(known: Linkage, wanted: Linkage) -> bool:
    """Tell whether two definitions differ at most in parties that one has added."""
    named = zip(known.parties, wanted.parties, strict=False)
    return all(ours.name == theirs.name for ours, theirs in named) and (
        (known.threshold, known.grey_zone, known.schema_hash)
        == (wanted.threshold, wanted.grey_zone, wanted.schema_hash)
    )


def _same(known: Entry, entry: Entry) -> Receipt:
    if known.digest != entry.digest:
        raise BatchReused(f"batch {entry.batch} was handed over before with other contents")
    return Receipt(known.batch, known.records, known.sequence)


def _retired(epoch: str) -> EpochRetired:
    return EpochRetired(f"epoch {epoch} has retired; declare the new one and send its encodings")
