"""A connector's task: snapshot, then stream, each batch committed with the offset it reaches.

Records and offset are one transaction, and PostgreSQL hears of a position only after it. So a task that is killed at
any instant goes on where its records end; a snapshot that is cut short begins again as a new generation.
"""

import random
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Final

import msgspec

from tallystick.capture.adapters.catalogue import SourceTable
from tallystick.capture.adapters.postgres import ExportedSnapshot, PostgresSource, records
from tallystick.capture.adapters.registry import Registry
from tallystick.capture.adapters.sessions import translated
from tallystick.capture.adapters.store_faults import STORE_FAULTS
from tallystick.capture.domain.configuration import ConnectorConfiguration
from tallystick.capture.domain.connector import Connector, Snapshot, Task
from tallystick.capture.domain.offset import SourceOffset
from tallystick.capture.domain.sharing import shared
from tallystick.capture.errors import PositionLost, SourceRefused, SourceUnavailable
from tallystick.capture.settings import CaptureSettings
from tallystick.native.capture import ChangeBatch, ChangeStream, NewRelation, PostgresSession, StreamProgress
from tallystick.platform.log import Log, Record
from tallystick.platform.store import Connection, Store
from tallystick.platform.telemetry import logger, metrics

__all__ = ["ConnectorTask", "source_of"]

WAIT_MS: Final = 250
SHORTEST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 10.0

log_line = logger(__name__)
events = metrics.counter("tallystick_capture_events_total", "Change events made durable.", ["connector"])
behind = metrics.gauge(
    "tallystick_capture_behind_seconds", "Age of the newest change when it became durable.", ["connector"]
)


def source_of(connector: str) -> str:
    """Name a connector among the log's sources."""
    return f"capture/{connector}"


class ConnectorTask:
    """One connector's work under one lease."""

    def __init__(
        self,
        configuration: ConnectorConfiguration,
        task: Task,
        *,
        store: Store,
        log: Log,
        registry: Registry,
        settings: CaptureSettings,
    ) -> None:
        self._configuration = configuration
        self._task = task
        self._store = store
        self._log = log
        self._registry = registry
        self._settings = settings
        self._source_name = source_of(configuration.name)

    def run(self, stop: threading.Event) -> None:
        """Capture until told to stop; an unavailable database or store is tried again, anything else is raised."""
        pause = SHORTEST_PAUSE_S
        while not stop.is_set():
            began = time.monotonic()
            try:
                with PostgresSource(self._configuration, self._settings.connect_timeout_s) as source:
                    self._capture(source, stop)
                return
            except (SourceUnavailable, *STORE_FAULTS) as error:
                what = "source unavailable" if isinstance(error, SourceUnavailable) else "store unavailable"
                log_line.warning(what, connector=self._configuration.name, reason=str(error))
                if time.monotonic() - began > LONGEST_PAUSE_S:
                    pause = SHORTEST_PAUSE_S
                stop.wait(pause * random.uniform(0.5, 1.0))  # noqa: S311 -- jitter, not a secret
                pause = min(pause * 2, LONGEST_PAUSE_S)

    def _capture(self, source: PostgresSource, stop: threading.Event) -> None:
        selected = source.inspect()
        offset = self._offset()
        slot, publication = self._names
        slot_ours = offset is not None and offset.made_slot(slot)
        publication_ours = offset is not None and offset.made_publication(publication)
        if not slot_ours and source.slot() is not None:
            raise SourceRefused(
                f"replication slot {slot} exists, but this connector did not make it; drop it, or set slot.name"
            )
        if not (slot_ours and publication_ours):
            self._refuse_sharing(source.system(), self._registry.connectors())
        begins = offset is None or offset.snapshotting or not self._still_there(source, offset)
        # Everything above only asks: what is refused must leave the database, and who else uses it, as they are.
        source.identify(selected)
        self._create_topics(source, selected)
        source.publish(selected, ours=publication_ours)
        session = None
        if offset is None or begins:
            found = self._begin(source, selected, offset, stop)
            if found is None:
                return
            offset, session = found
        offset = self._named(offset)
        with closing(source.stream(offset, session)) as stream:
            self._follow(source, stream, offset, stop)

    def _refuse_sharing(self, system: str, connectors: Sequence[Connector]) -> None:
        """Refuse what another connector of this server, by whatever name, has begun to use."""
        for other in connectors:
            saved = self._log.source_offset(source_of(other.name))
            if other.name == self._configuration.name or saved is None or SourceOffset.decode(saved).system != system:
                continue
            if key := shared(self._configuration, ConnectorConfiguration(other.name, other.texts)):
                raise SourceRefused(f"connector {other.name} uses the same {key}; set another {key}")

    def _still_there(self, source: PostgresSource, offset: SourceOffset) -> bool:
        try:
            source.verify(offset, source.slot())
        except PositionLost as error:
            if not self._configuration.resnapshots:
                raise
            log_line.warning("position lost", connector=self._configuration.name, reason=str(error))
            return False
        return True

    def _begin(
        self, source: PostgresSource, selected: list[SourceTable], before: SourceOffset | None, stop: threading.Event
    ) -> tuple[SourceOffset, PostgresSession] | None:
        """Take a snapshot in a new generation; None when told to stop before it was whole."""
        generation = before.next_generation if before else 1
        offset = self._named(SourceOffset(generation=generation, system=source.system(), snapshotting=True))
        topics = [source.topic(table) for table in selected]
        self._announce(offset, topics, claims=before is None or not before.made_slot(offset.slot))
        source.drop_slot()
        exported = source.create_slot(stop)
        if exported is None:
            return None
        if self._configuration.snapshots and not self._copy(source, exported, selected, offset, stop):
            return None
        done = msgspec.structs.replace(offset, snapshotting=False, durable=exported.consistent_point)
        with self._store.write() as connection:
            self._registry.check(self._task, connection)
            self._registry.end_snapshot({topic: self._log.end(topic) for topic in topics}, connection)
            self._save(done, connection)
        log_line.info("snapshot done", connector=self._configuration.name, generation=generation)
        return done, exported.replication

    def _announce(self, offset: SourceOffset, topics: Sequence[str], *, claims: bool) -> None:
        """Record that a snapshot begins before the slot is made: what is found half done is begun anew."""
        with self._store.write() as connection:
            if claims:  # asked again, since another may have announced the same slot after it was asked first
                self._refuse_sharing(offset.system, self._registry.hold_connectors(connection))
            self._registry.check(self._task, connection)
            starts = [Snapshot(topic, offset.generation, self._log.end(topic), None) for topic in topics]
            self._registry.begin_snapshot(self._configuration.name, starts, connection)
            self._save(offset, connection)

    def _copy(
        self,
        source: PostgresSource,
        exported: ExportedSnapshot,
        selected: list[SourceTable],
        offset: SourceOffset,
        stop: threading.Event,
    ) -> bool:
        """Record every row of the snapshot; False when told to stop before the last."""
        rows = 0
        for copy in source.copies(exported, selected, offset.generation):
            self._warn_of(copy.left_out())
            with translated():
                while batch := copy.next_batch(
                    max_events=self._configuration.number("max.batch.size"), max_bytes=self._settings.max_batch_bytes
                ):
                    if stop.is_set():
                        return False
                    rows += len(batch)
                    self._record(records(batch), msgspec.structs.replace(offset, rows=rows))
        return True

    def _follow(
        self, source: PostgresSource, stream: ChangeStream, offset: SourceOffset, stop: threading.Event
    ) -> None:
        quiet_s = self._configuration.number("status.update.interval.ms") / 1000
        saved = time.monotonic()
        while not stop.is_set():
            batch = self._next(stream)
            moved = batch.progress.durable > offset.durable
            if batch.records or (moved and time.monotonic() - saved >= quiet_s):
                offset = _advanced(offset, batch.progress)
                self._record(records(batch.records), offset)
                saved = time.monotonic()
                with translated():
                    stream.confirm(offset.durable)
            if batch.undescribed is not None:
                self._meet(source, stream, batch.undescribed)

    def _meet(self, source: PostgresSource, stream: ChangeStream, relation: NewRelation) -> None:
        """Describe a relation whose changes come next; pass over one that the publication holds but no list selects."""
        table = f"{relation.schema}.{relation.name}"
        if self._configuration.selection.takes(relation.schema, relation.name):
            self._create_topics(source, [relation])
            with translated():
                self._warn_of(stream.describe(source.describe(relation)))
            return
        if source.captures(relation):
            log_line.warning("renamed table is not selected", connector=self._configuration.name, table=table)
        else:
            log_line.info("table is not selected", connector=self._configuration.name, table=table)
        with translated():
            stream.pass_over()

    def _next(self, stream: ChangeStream) -> ChangeBatch:
        with translated():
            return stream.next_batch(
                max_events=self._configuration.number("max.batch.size"),
                max_bytes=self._settings.max_batch_bytes,
                timeout_ms=WAIT_MS,
            )

    def _record(self, grouped: Mapping[str, Sequence[Record]], offset: SourceOffset) -> None:
        with self._store.write() as connection:
            self._registry.check(self._task, connection)
            for topic, batch in grouped.items():
                self._log.append(topic, batch, within=connection)
            self._save(offset, connection)
        for batch in grouped.values():
            events.labels(self._configuration.name).inc(len(batch))
            behind.labels(self._configuration.name).set(time.time() - batch[-1].timestamp / 1000)

    @property
    def _names(self) -> tuple[str, str]:
        return self._configuration.text("slot.name"), self._configuration.text("publication.name")

    def _named(self, offset: SourceOffset) -> SourceOffset:
        slot, publication = self._names
        return msgspec.structs.replace(offset, slot=slot, publication=publication)

    def _offset(self) -> SourceOffset | None:
        saved = self._log.source_offset(self._source_name)
        return None if saved is None else SourceOffset.decode(saved)

    def _save(self, offset: SourceOffset, connection: Connection) -> None:
        self._log.save_source_offset(self._source_name, offset.encode(), within=connection)

    def _create_topics(self, source: PostgresSource, selected: Sequence[SourceTable | NewRelation]) -> None:
        for table in selected:
            self._log.create(source.topic(table), retention_ms=self._settings.retention_hours * 3_600_000)

    def _warn_of(self, columns: list[str]) -> None:
        if columns:
            log_line.warning("columns left out", connector=self._configuration.name, columns=columns)


def _advanced(offset: SourceOffset, progress: StreamProgress) -> SourceOffset:
    return msgspec.structs.replace(
        offset,
        commit=progress.commit,
        row=progress.row,
        last_commit=progress.last_commit,
        durable=progress.durable,
        committed_us=progress.committed_us,
        transaction=progress.transaction,
    )
