"""PostgreSQL as a source: its checks, its publication and slot, its snapshot and its stream."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from tallystick.capture.adapters import catalogue
from tallystick.capture.adapters.catalogue import SourceTable
from tallystick.capture.adapters.sessions import connect, identifier, literal, translated
from tallystick.capture.adapters.slots import make_slot
from tallystick.capture.domain.configuration import ConnectorConfiguration
from tallystick.capture.domain.identity import FULL, KEY
from tallystick.capture.domain.offset import SourceOffset
from tallystick.capture.domain.selection import matches
from tallystick.capture.domain.topics import shared, topic_of
from tallystick.capture.errors import PositionLost, SourceRefused
from tallystick.native import __version__
from tallystick.native.capture import (
    CapturedTable,
    ChangeStream,
    EventRendering,
    NewRelation,
    PostgresSession,
    SnapshotCopy,
    StreamProgress,
)
from tallystick.platform.log import Record
from tallystick.platform.telemetry import logger

__all__ = ["ExportedSnapshot", "PostgresSource", "Slot", "records"]

log_line = logger(__name__)

OLDEST: Final = 10_00_00
PUBLICATION: Final = "SELECT 1 FROM pg_publication WHERE pubname = {name}"
PUBLISHED: Final = "SELECT schemaname, tablename FROM pg_publication_tables WHERE pubname = {name}"
SLOT: Final = """
SELECT to_jsonb(s) ->> 'wal_status', coalesce(confirmed_flush_lsn, restart_lsn) - '0/0', plugin,
       database = current_database()
FROM pg_replication_slots s WHERE slot_name = {name}
"""
DROP_SLOT: Final = "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = {name}"
FILLED: Final = "SELECT EXISTS (SELECT FROM ONLY {table})"
IDENTITIES: Final = {"FULL": FULL, "DEFAULT": KEY}

Rows = list[tuple[str, bytes | None, bytes | None, list[tuple[str, bytes]], int]]


@dataclass(frozen=True)
class Slot:
    """A replication slot as the server shows it."""

    confirmed: int
    lost: bool


@dataclass
class ExportedSnapshot:
    """A new slot and the rows it begins after; `replication` holds the snapshot until it is opened."""

    replication: PostgresSession
    consistent_point: int
    name: str


class PostgresSource:
    """One connector's database. Every method raises `SourceUnavailable` or `SourceRefused`."""

    def __init__(self, configuration: ConnectorConfiguration, timeout_s: float) -> None:
        self._configuration = configuration
        self._timeout_s = timeout_s
        self._admin: PostgresSession | None = None
        self._captured: dict[int, tuple[str, str]] = {}
        self.rendering = EventRendering(
            prefix=configuration.prefix,
            database=configuration.text("database.dbname"),
            version=__version__,
            key_schemas=configuration.flag("key.converter.schemas.enable"),
            value_schemas=configuration.flag("value.converter.schemas.enable"),
            tombstones=configuration.flag("tombstones.on.delete"),
            skipped=configuration.skipped,
            unavailable=configuration.text("unavailable.value.placeholder"),
        )

    def __enter__(self) -> "PostgresSource":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection for questions; the next one opens it again."""
        if self._admin is not None:
            self._admin.close()
            self._admin = None

    def inspect(self) -> list[SourceTable]:
        """Return the selected tables, once the server is known to be fit for capture; change nothing."""
        version, level = self._row("SELECT current_setting('server_version_num'), current_setting('wal_level')")
        if int(version) < OLDEST:
            raise SourceRefused(f"PostgreSQL {int(version) // 10_000} is too old; use 10 or newer")
        if level != "logical":
            raise SourceRefused(
                f"Postgres server wal_level property must be 'logical' but is: '{level}'; "
                "set wal_level=logical in postgresql.conf and restart the server"
            )
        selected = self._selected()
        if not selected:
            raise SourceRefused(
                f"no table of database {self._configuration.text('database.dbname')} is selected; change "
                "table.include.list, schema.include.list or their exclude lists"
            )
        return selected

    def system(self) -> str:
        """Identify the database cluster."""
        return self._row("SELECT system_identifier::text FROM pg_control_system()")[0]

    def identify(self, selected: list[SourceTable]) -> None:
        """Set the replica identities that are asked for; refuse tables whose changed rows the log would not name."""
        wishes = [item.rpartition(":") for item in self._configuration.items("replica.identity.autoset.values")]
        for table in selected:
            wish = next((word for name, _, word in wishes if matches((name,), table.full_name)), "")
            identity = replace(table.identity, letter=IDENTITIES.get(wish, table.identity.letter))
            if fault := identity.fault(table.full_name):
                raise SourceRefused(fault)
            if identity != table.identity:
                self._query(f"ALTER TABLE {_quoted(table)} REPLICA IDENTITY {wish}")

    def publish(self, selected: list[SourceTable], *, ours: bool) -> None:
        """Make the publication hold the selected tables; one that is not `ours` is used as it is, or refused."""
        name = self._configuration.text("publication.name")
        mode = self._configuration.text("publication.autocreate.mode")
        exists = self._query(PUBLICATION.format(name=literal(name)))
        if mode == "disabled" and not exists:
            raise SourceRefused(f"publication {name} does not exist; create it, or change publication.autocreate.mode")
        if mode == "disabled" or (exists and mode == "all_tables"):
            return
        if mode == "all_tables":
            self._query(f"CREATE PUBLICATION {identifier(name)} FOR ALL TABLES")
            return
        published = self._query(PUBLISHED.format(name=literal(name)))
        if {tuple(row) for row in published} == {(table.schema, table.name) for table in selected} and exists:
            return
        if exists and not ours:
            raise SourceRefused(
                f"publication {name} exists with other tables than the selected ones, and this connector did not make "
                "it; drop it, set publication.name, or set publication.autocreate.mode=disabled"
            )
        listed = ", ".join(map(_quoted, selected))
        verb = f"ALTER PUBLICATION {identifier(name)} SET" if exists else f"CREATE PUBLICATION {identifier(name)} FOR"
        self._query(f"{verb} TABLE {listed}")

    def slot(self) -> Slot | None:
        """Return the connector's slot; None when there is none."""
        rows = self._query(SLOT.format(name=literal(self._slot)))
        if not rows:
            return None
        status, confirmed, plugin, here = rows[0]
        if plugin != "pgoutput" or here != "t":
            raise SourceRefused(f"replication slot {self._slot} belongs to another plugin or database; set slot.name")
        return Slot(confirmed=int(confirmed or 0), lost=status == "lost" or confirmed is None)

    def drop_slot(self) -> None:
        """Drop the connector's slot, if it is there."""
        self._query(DROP_SLOT.format(name=literal(self._slot)))

    def create_slot(self, stop: threading.Event) -> ExportedSnapshot | None:
        """Make the slot and export the snapshot at which its stream begins; None when told to stop before."""
        session = connect(self._configuration, replication=True, timeout_s=self._timeout_s)
        row = make_slot(session, self._slot, stop, late=self._say_what_is_awaited, end=self._end)
        return None if row is None else ExportedSnapshot(session, _lsn(str(row[1])), str(row[2]))

    def copies(
        self, snapshot: ExportedSnapshot, selected: list[SourceTable], generation: int
    ) -> Iterator[SnapshotCopy]:
        """Copy out each table that has rows, as the snapshot shows it."""
        session = connect(self._configuration, timeout_s=self._timeout_s)
        with translated():
            session.query(
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET statement_timeout = 0; "
                f"{self._lock_timeout}; SET TRANSACTION SNAPSHOT {literal(snapshot.name)}"
            )
            taken_us = int(str(session.query("SELECT (extract(epoch FROM now()) * 1000000)::bigint")[0][0]))
            filled = [table for table in selected if _filled(session, table)]
        rows = 0
        for table in filled:
            described = catalogue.describe(session, self._configuration.prefix, table)
            with translated():
                copy = SnapshotCopy(
                    session,
                    table=described,
                    rendering=self.rendering,
                    generation=generation,
                    consistent_point=snapshot.consistent_point,
                    taken_us=taken_us,
                    rows_before=rows,
                    first_table=table is filled[0],
                    last_table=table is filled[-1],
                )
            yield copy
            rows += copy.rows()
            session = copy.finish()
        session.close()

    def stream(self, offset: SourceOffset, session: PostgresSession | None = None) -> ChangeStream:
        """Begin to stream after `offset`."""
        session = session or connect(self._configuration, replication=True, timeout_s=self._timeout_s)
        with translated():
            return ChangeStream(
                session,
                slot=self._slot,
                publication=self._configuration.text("publication.name"),
                generation=offset.generation,
                progress=StreamProgress(
                    commit=offset.commit,
                    row=offset.row,
                    last_commit=offset.last_commit,
                    durable=offset.durable,
                    committed_us=offset.committed_us,
                    transaction=offset.transaction,
                ),
                rendering=self.rendering,
                status_interval_ms=self._configuration.number("status.update.interval.ms"),
            )

    def describe(self, relation: NewRelation) -> CapturedTable:
        """Describe a relation of the stream as its table is now; refuse one that would share another's topic."""
        name = (relation.schema, relation.name)
        if self._captured.get(relation.id) != name:
            self._selected()
            self._captured[relation.id] = name
        return catalogue.describe(self._session(), self._configuration.prefix, relation)

    def captures(self, relation: NewRelation) -> bool:
        """Tell whether a relation's table has been selected since this connection was made, under whatever name."""
        return relation.id in self._captured

    def topic(self, table: SourceTable | NewRelation) -> str:
        """Name a table's topic."""
        return topic_of(self._configuration.prefix, table.schema, table.name)

    def verify(self, offset: SourceOffset, slot: Slot | None) -> None:
        """Raise `PositionLost` unless the server still has everything after `offset`."""
        if offset.system != self.system():
            raise PositionLost(
                "this is another database cluster than the one whose changes were recorded; point the connector at "
                "the old one, or give it a new name"
            )
        if slot is None:
            raise PositionLost(
                f"replication slot {self._slot} is gone, and with it the changes since the last one recorded"
            )
        if slot.lost:
            raise PositionLost(
                f"replication slot {self._slot} was invalidated: the server removed log that was still needed; "
                "raise max_slot_wal_keep_size"
            )
        if slot.confirmed > offset.durable:
            raise PositionLost(
                f"somebody moved replication slot {self._slot} past the last change recorded; "
                "the changes between are no longer available on the server"
            )

    def _selected(self) -> list[SourceTable]:
        """List the selected tables; refuse two that would share a topic."""
        selected = catalogue.tables(self._session(), self._configuration.selection)
        names = {table.id: (table.schema, table.name) for table in selected}
        self._captured |= names
        if found := shared(self._configuration.prefix, names.values()):
            topic, one, other = found
            raise SourceRefused(
                f"tables {one} and {other} would share topic {topic}; rename one, or exclude it in table.exclude.list"
            )
        return selected

    @property
    def _slot(self) -> str:
        return self._configuration.text("slot.name")

    def _row(self, sql: str) -> list[str]:
        return [str(value) for value in self._query(sql)[0]]

    def _query(self, sql: str) -> list[list[str | None]]:
        with translated():
            return self._session().query(sql)

    def _session(self) -> PostgresSession:
        if self._admin is None:
            self._admin = connect(self._configuration, timeout_s=self._timeout_s)
            with translated():
                self._admin.query(f"{self._lock_timeout}; SET statement_timeout = {self._given_up_ms}")
        return self._admin

    @property
    def _lock_timeout(self) -> str:
        """Let the server give up before we do: a statement that nobody awaits would still be done, and block others."""
        return f"SET lock_timeout = {self._given_up_ms}"

    @property
    def _given_up_ms(self) -> int:
        return int(self._timeout_s * 800)

    def _say_what_is_awaited(self) -> None:
        log_line.warning(
            "the slot waits for transactions that were running before",
            connector=self._configuration.name,
            see="pg_stat_activity, backend_xid",
        )

    def _end(self, process: str) -> None:
        self._query(f"SELECT pg_terminate_backend({process})")


def records(rows: Rows) -> dict[str, list[Record]]:
    """Group rendered rows by topic, in order."""
    grouped: dict[str, list[Record]] = {}
    for topic, key, value, headers, timestamp in rows:
        grouped.setdefault(topic, []).append(Record(key, value, tuple(headers), timestamp))
    return grouped


def _filled(session: PostgresSession, table: SourceTable) -> bool:
    return session.query(FILLED.format(table=_quoted(table)))[0][0] == "t"


def _quoted(table: SourceTable) -> str:
    return f"{identifier(table.schema)}.{identifier(table.name)}"


def _lsn(text: str) -> int:
    high, _, low = text.partition("/")
    return int(high, 16) << 32 | int(low, 16)
