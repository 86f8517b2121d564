"""Where the files of living linkages lie."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from tallystick.linkage.adapters import segments
from tallystick.linkage.adapters.linker_store import Graph, Snapshot
from tallystick.linkage.adapters.living_frames import changes_of, frame_of_changes, frame_of_step, step_of
from tallystick.linkage.adapters.living_store import Entry, Stream
from tallystick.linkage.domain.living.candidates import Candidate
from tallystick.linkage.domain.living.changes import Changes

__all__ = ["LivingFiles"]

SEGMENT_BYTES: Final = 64 << 20
FRAME_CANDIDATES: Final = 100_000
FRAME_SLOTS: Final = 10_000

Step = tuple[list[int], list[Candidate]]


class LivingFiles:
    """Files of `DIR/LINKAGE/EPOCH/`: `PARTY/NUMBER.segment`, `PARTY/SEQUENCE.snapshot` and `NUMBER.graph`.

    What is appended counts once the returned row is saved in the store.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def exclusive(self, linkage: str, epoch: str, party: str) -> AbstractContextManager[None]:
        """Be the only writer of a party's segments."""
        return segments.exclusive(self._epoch(linkage, epoch) / party)

    def add_batch(self, stream: Stream, frame: bytes) -> tuple[Stream, int]:
        """Append a frame of changes; returns the stream after it and the frame's start."""
        number, start = (stream.segment, stream.length) if stream.length < SEGMENT_BYTES else (stream.segment + 1, 0)
        end = segments.append(self._segment(stream, number), start, [frame])
        return msgspec.structs.replace(stream, segment=number, length=end), start

    def batch(self, entry: Entry) -> Iterator[Changes]:
        """Read what an entry made visible."""
        if entry.segment is not None and entry.start is not None and entry.end is not None:
            yield from map(changes_of, segments.read(self._segment(entry, entry.segment), entry.start, entry.end))

    def add_step(self, graph: Graph, isolated: Iterable[int], added: Iterable[Candidate]) -> Graph:
        """Append what a settlement did to the candidate graph."""
        length = segments.append(self._graph(graph), graph.length, [frame_of_step(isolated, added)])
        return msgspec.structs.replace(graph, length=length)

    def steps(self, graph: Graph) -> Iterator[Step]:
        """Read every visible step of a candidate graph."""
        return map(step_of, segments.read(self._graph(graph), 0, graph.length))

    def rewrite_graph(self, graph: Graph, candidates: Iterable[Candidate]) -> Graph:
        """Write the candidates into a new file that leaves out what was removed from the old one."""
        fresh = msgspec.structs.replace(graph, file=graph.file + 1)
        left = iter(candidates)
        frames = (frame_of_step((), part) for part in iter(lambda: list(islice(left, FRAME_CANDIDATES)), []))
        return msgspec.structs.replace(fresh, length=segments.append(self._graph(fresh), 0, frames))

    def drop_graph(self, graph: Graph) -> None:
        """Remove a file of steps that was rewritten."""
        self._graph(graph).unlink(missing_ok=True)

    def add_snapshot(self, snapshot: Snapshot, parts: Iterable[Changes]) -> Snapshot:
        """Write a compacted roster."""
        length = segments.append(self._snapshot(snapshot), 0, map(frame_of_changes, parts))
        return msgspec.structs.replace(snapshot, length=length)

    def snapshot(self, snapshot: Snapshot) -> Iterator[Changes]:
        """Read a compacted roster; applied to a new roster it gives the same slots."""
        return map(changes_of, segments.read(self._snapshot(snapshot), 0, snapshot.length))

    def drop_replaced(self, snapshot: Snapshot, numbers: Iterable[int]) -> None:
        """Remove the segments that a snapshot stands for, and older snapshots."""
        for number in numbers:
            self._segment(snapshot, number).unlink(missing_ok=True)
        for path in self._snapshot(snapshot).parent.glob("*.snapshot"):
            if path != self._snapshot(snapshot):
                path.unlink()

    def drop_epoch(self, linkage: str, epoch: str) -> None:
        """Remove everything of a retired epoch."""
        shutil.rmtree(self._epoch(linkage, epoch), ignore_errors=True)

    def _epoch(self, linkage: str, epoch: str) -> Path:
        return self._directory / linkage / epoch

    def _segment(self, owner: Stream | Entry | Snapshot, number: int) -> Path:
        return self._epoch(owner.linkage, owner.epoch) / owner.party / f"{number:08}.segment"

    def _snapshot(self, snapshot: Snapshot) -> Path:
        return self._epoch(snapshot.linkage, snapshot.epoch) / snapshot.party / f"{snapshot.sequence:012}.snapshot"

    def _graph(self, graph: Graph) -> Path:
        return self._epoch(graph.linkage, graph.epoch) / f"{graph.file:08}.graph"
