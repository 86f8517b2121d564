"""How far a connector has read its database, as it is saved with the records."""

from typing import Any

import msgspec

__all__ = ["SourceOffset"]


class SourceOffset(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place in one database's log.

    `generation` counts snapshots; while `snapshotting`, `rows` of it are recorded and nothing of the stream, and
    `reset` says that an operator asked for it. `system` identifies the database cluster. `commit` and `row` name the
    last message recorded, `last_commit` the commit before; the server may forget everything before `durable`. `slot`
    and `publication` name what the connector has made; nothing in an offset that an older version saved.
    """

    generation: int
    system: str
    snapshotting: bool = False
    reset: bool = False
    rows: int = 0
    commit: int = 0
    row: int = 0
    last_commit: int = 0
    durable: int = 0
    committed_us: int = 0
    transaction: int = 0
    slot: str = ""
    publication: str = ""

    def made_slot(self, name: str) -> bool:
        """Tell whether the connector has made this slot, so that it may drop it."""
        return self.slot in ("", name)

    def made_publication(self, name: str) -> bool:
        """Tell whether the connector has made this publication, so that it may alter it."""
        return self.publication in ("", name)

    @property
    def next_generation(self) -> int:
        """Number the next snapshot; one that was announced, but of which nothing was recorded, is taken up again."""
        return self.generation if self.snapshotting and not self.reset and not self.rows else self.generation + 1

    @classmethod
    def decode(cls, text: bytes) -> "SourceOffset":
        """Read the saved form."""
        return _decoder.decode(text)

    def encode(self) -> bytes:
        """Write the saved form."""
        return msgspec.json.encode(self)

    def connect(self) -> dict[str, Any]:
        """Show the offset under Debezium's keys."""
        shown: dict[str, Any] = {"lsn": self.commit or self.durable, "ts_usec": self.committed_us}
        if self.snapshotting:
            return {**shown, "snapshot": "INITIAL", "snapshot_completed": False}
        if self.transaction:
            shown |= {"lsn_proc": self.durable, "lsn_commit": self.commit, "txId": self.transaction}
        return shown


_decoder = msgspec.json.Decoder(SourceOffset)
