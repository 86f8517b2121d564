"""A linkage unit in a directory, in words that tests read like sentences."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tallystick.linkage.adapters.linker_store import LinkerStore
from tallystick.linkage.adapters.living_files import LivingFiles
from tallystick.linkage.adapters.living_store import LivingStore
from tallystick.linkage.adapters.migrations import FOLDERS
from tallystick.linkage.domain.living.changes import EncodingChange, Position
from tallystick.linkage.domain.living.judge import Judge
from tallystick.linkage.domain.living.linkages import GreyZone, epoch_id
from tallystick.linkage.living.linker import Linker
from tallystick.linkage.living.service import LivingService, Receipt
from tallystick.platform.log import Log, StoreLog
from tallystick.platform.store import Branch, Store

ENCODING_BYTES = 8
LINKAGE = "study"
BRANCH = Branch("linkage", "tallystick.linkage.adapters.migrations")
SCHEMA = "ab" * 32
EPOCH = epoch_id(SCHEMA, "k1")

Words = NDArray[np.uint64]


def key_of(name: str) -> str:
    """Name a record as its owner's HMAC would."""
    return hashlib.sha256(name.encode()).hexdigest()


def bits(*numbers: int) -> bytes:
    """Encode a set of bits."""
    return sum(1 << number for number in numbers).to_bytes(ENCODING_BYTES, "little")


def change(name: str, encoding: bytes | None, lsn: int = 1, *, generation: int = 1, row: int = 0) -> EncodingChange:
    """Say that a record has a new encoding, or is gone."""
    return EncodingChange(key_of(name), Position(generation, lsn, row), encoding)


def naive_compare(
    left: Words, right: Words, threshold: float
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.float64]]:
    """Compare everything with everything, as the definition says."""
    common = np.bitwise_count(left[:, None, :] & right[None, :, :]).sum(axis=-1)
    size = np.bitwise_count(left).sum(axis=-1)[:, None] + np.bitwise_count(right).sum(axis=-1)[None, :]
    score = 2.0 * common / np.maximum(size, 1)
    a, b = np.nonzero((score >= threshold) & (common > 0))
    return a.astype(np.uint32), b.astype(np.uint32), score[a, b]


@dataclass
class Unit:
    """A unit with one linkage of North and South (or others)."""

    store: Store
    log: Log
    files: LivingFiles
    service: LivingService
    judge: Judge | None = None
    most_candidates: float = inf

    @classmethod
    def at(cls, directory: Path, *, judge: Judge | None = None, store: Store | None = None) -> "Unit":
        """Open the unit whose files lie in a directory."""
        if store is None:
            store = Store.open(f"sqlite:///{directory / 'tally.db'}")
        store.upgrade([BRANCH])
        log, files = StoreLog(store), LivingFiles(directory / FOLDERS[0])
        return cls(store, log, files, LivingService(LivingStore(store), LinkerStore(store), files, log), judge)

    def founded(self, *parties: str, threshold: float = 0.5, zone: GreyZone | None = None) -> "Unit":
        """Make the linkage and its first epoch."""
        zone = zone or GreyZone(0, 0)
        self.service.create(LINKAGE, parties=parties or ("north", "south"), threshold=threshold, grey_zone=zone)
        self.declare()
        return self

    def declare(self, key_id: str = "k1", encoding_bytes: int = ENCODING_BYTES, party: str | None = None) -> str:
        """Let a party, or the first one, declare an epoch."""
        epoch = epoch_id(SCHEMA, key_id)
        party = party or self.service.linkage(LINKAGE).parties[0].name
        self.service.declare(LINKAGE, party, epoch, schema_hash=SCHEMA, key_id=key_id, encoding_bytes=encoding_bytes)
        return epoch

    def send(self, party: str, batch: str, *changes: EncodingChange, epoch: str = EPOCH) -> Receipt:
        """Hand a batch over."""
        return self.service.upsert(LINKAGE, party, epoch, batch, changes)

    def complete(self, *parties: str, generation: int = 1, epoch: str = EPOCH) -> None:
        """Declare a snapshot complete."""
        for party in parties or ("north", "south"):
            self.service.complete(LINKAGE, party, epoch, generation)

    def linker(self) -> Linker:
        """Start a linker, as a new process would."""
        linkage = self.service.linkage(LINKAGE)
        return Linker(
            linkage,
            store=self.store,
            log=self.log,
            files=self.files,
            compare=naive_compare,
            judge=self.judge,
            most_candidates=self.most_candidates,
        )

    def link(self, linker: Linker | None = None) -> Linker:
        """Follow until nothing is left to do."""
        linker = linker or self.linker()
        while linker.step():
            pass
        return linker

    def matches(self) -> Mapping[tuple[str, str], float]:
        """Return the scores of the standing matches by their keys."""
        standing = LinkerStore(self.store).standing(LINKAGE)
        return {(match.left.key.hex(), match.right.key.hex()): match.score for match in standing}

    def pairs(self, *names: str) -> set[tuple[str, str]]:
        """Return the standing matches by their records' names."""
        name_of = {key_of(name): name for name in names}
        return {(name_of[left], name_of[right]) for left, right in self.matches()}
