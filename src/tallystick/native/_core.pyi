"""Types of the compiled core; `make check` holds them against the built module."""

from collections.abc import Callable, Iterable, Sequence
from typing import Self, final

__version__: str

class NativeError(Exception): ...
class MalformedInput(NativeError): ...
class PeerUnavailable(NativeError): ...
class PeerRefused(NativeError): ...

# capture

@final
class PostgresSession:
    def __new__(
        cls,
        *,
        host: str,
        port: int,
        user: str,
        password: str,
        database: str,
        tls: str,
        root_certificate: str | None,
        replication: bool,
        timeout_ms: int,
    ) -> Self: ...
    def query(self, sql: str, *, timeout_ms: int | None = None) -> list[list[str | None]]: ...
    def close(self) -> None: ...

@final
class EventRendering:
    def __new__(
        cls,
        *,
        prefix: str,
        database: str,
        version: str,
        key_schemas: bool,
        value_schemas: bool,
        tombstones: bool,
        skipped: str,
        unavailable: str,
    ) -> Self: ...

@final
class CapturedTable:
    def __new__(
        cls,
        *,
        topic: str,
        schema: str,
        name: str,
        columns: Sequence[tuple[str, int, int, bool, str | None]],
        types: Sequence[tuple[int, str, int, Sequence[str]]],
        key: Sequence[str],
    ) -> Self: ...

@final
class StreamProgress:
    commit: int
    row: int
    last_commit: int
    durable: int
    committed_us: int
    transaction: int
    def __new__(
        cls, *, commit: int, row: int, last_commit: int, durable: int, committed_us: int, transaction: int
    ) -> Self: ...

@final
class NewRelation:
    id: int
    schema: str
    name: str
    types: list[int]

@final
class ChangeBatch:
    records: list[tuple[str, bytes | None, bytes | None, list[tuple[str, bytes]], int]]
    progress: StreamProgress
    undescribed: NewRelation | None

@final
class ChangeStream:
    def __new__(
        cls,
        session: PostgresSession,
        *,
        slot: str,
        publication: str,
        generation: int,
        progress: StreamProgress,
        rendering: EventRendering,
        status_interval_ms: int,
    ) -> Self: ...
    def next_batch(self, *, max_events: int, max_bytes: int, timeout_ms: int) -> ChangeBatch: ...
    def describe(self, table: CapturedTable) -> list[str]: ...
    def pass_over(self) -> None: ...
    def confirm(self, lsn: int) -> None: ...
    def close(self) -> None: ...

@final
class SnapshotCopy:
    def __new__(
        cls,
        session: PostgresSession,
        *,
        table: CapturedTable,
        rendering: EventRendering,
        generation: int,
        consistent_point: int,
        taken_us: int,
        rows_before: int,
        first_table: bool,
        last_table: bool,
    ) -> Self: ...
    def next_batch(
        self, *, max_events: int, max_bytes: int
    ) -> list[tuple[str, bytes | None, bytes | None, list[tuple[str, bytes]], int]]: ...
    def left_out(self) -> list[str]: ...
    def rows(self) -> int: ...
    def finish(self) -> PostgresSession: ...

# catalog

def catalog_enter_sandbox(*, memory: int, cpu_s: int) -> None: ...
def catalog_answer(
    source: int,
    output: int,
    *,
    depth: int,
    largest_entry: int,
    largest_total: int,
    largest_ratio: int,
    most_entries: int,
    spool: int,
) -> None: ...

# inference

def scan_tensor(text: bytes, datatype: str) -> tuple[bytes, tuple[int, ...]]: ...
def render_tensor(data: bytes, datatype: str, shape: Sequence[int]) -> bytes: ...
def split_elements(data: bytes) -> list[bytes]: ...
def join_elements(elements: Sequence[bytes]) -> bytes: ...

# linkage

def linkage_compare(
    left: object,
    right: object,
    *,
    words: int,
    threshold: float,
    threads: int,
    kernel: str | None,
    limit: int | None,
    watch: Callable[[int, int], object] | None,
) -> tuple[bytes, bytes, bytes]: ...
def linkage_popcounts(filters: object, words: int) -> bytes: ...
def linkage_solve(records: int, one: object, other: object) -> list[list[int]]: ...
def linkage_kernels() -> list[str]: ...

@final
class ClkEncoder:
    def __new__(cls, schema: bytes, secret: bytes) -> ClkEncoder: ...
    @property
    def identifiers(self) -> list[str]: ...
    @property
    def row_bytes(self) -> int: ...
    @property
    def warnings(self) -> list[str]: ...
    def encode(self, rows: Iterable[Iterable[str]]) -> bytes: ...

# edge

@final
class EdgeServer:
    def __new__(cls, snapshot: bytes) -> Self: ...
    @staticmethod
    def check(snapshot: bytes) -> None: ...
    def apply(self, snapshot: bytes) -> None: ...
    def addresses(self) -> list[str]: ...
    def metrics(self) -> str: ...
    def events(self) -> list[str]: ...
    def drain(self, patience_ms: int) -> int: ...
