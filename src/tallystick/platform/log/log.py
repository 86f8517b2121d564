"""The port: what the product needs of an event log."""

from collections.abc import Sequence
from typing import Final, Protocol

from tallystick.platform.log.records import Record, StoredRecord, TopicInfo
from tallystick.platform.store import Connection

__all__ = ["UNKNOWN_OFFSET", "Log"]

UNKNOWN_OFFSET: Final = -1


class Log(Protocol):
    """Topics of ordered, durable records; `within` joins a call to the caller's `store.write()`."""

    def create(
        self,
        topic: str,
        *,
        partitions: int = 1,
        retention_ms: int | None = None,
        retention_bytes: int | None = None,
        compact: bool = False,
    ) -> None:
        """Make a topic; one that exists already keeps its settings."""

    def topics(self) -> list[TopicInfo]:
        """List the topics by name."""

    def append(
        self, topic: str, records: Sequence[Record], *, partition: int = 0, within: Connection | None = None
    ) -> int:
        """Append all records or none, durable on return (or when `within` commits); return the first one's offset.

        Offsets rise. A log outside of the store gives them later to what is appended `within`: UNKNOWN_OFFSET.
        """

    def read(self, topic: str, offset: int, *, partition: int = 0, limit: int = 500) -> list[StoredRecord]:
        """Return up to `limit` records at `offset` or later; none at the end. Removed ones are passed over."""

    def end(self, topic: str, *, partition: int = 0) -> int:
        """Return an offset behind every record, which no later record will be before."""

    def committed(self, group: str, topic: str, *, partition: int = 0) -> int:
        """Return where the group goes on reading; 0 when it has not committed yet."""

    def commit(
        self, group: str, topic: str, offset: int, *, partition: int = 0, within: Connection | None = None
    ) -> None:
        """Save where the group goes on reading: the offset after the last record that it is done with.

        Raises `InvalidOffsetError` for one that it cannot have reached, `UnknownTopicError` for an unknown partition.
        """

    def source_offset(self, source: str, within: Connection | None = None) -> bytes | None:
        """Return how far a source of records has been read; None before its first record."""

    def save_source_offset(self, source: str, offset: bytes, *, within: Connection) -> None:
        """Save how far a source has been read, in the transaction that appends its records."""

    def tidy(self) -> None:
        """Remove what retention and compaction allow to be removed."""
