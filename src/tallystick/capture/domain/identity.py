"""What PostgreSQL's log keeps of a row that is changed or deleted: enough for its key, or no capture of its table."""

from dataclasses import dataclass
from typing import Final

__all__ = ["FULL", "KEY", "ReplicaIdentity"]

KEY: Final = "d"
FULL: Final = "f"
NOTHING: Final = "n"
INDEX: Final = "i"

_WAYS_OUT: Final = "exclude it in table.exclude.list, or set replica.identity.autoset.values="


@dataclass(frozen=True)
class ReplicaIdentity:
    """A table's REPLICA IDENTITY, by the catalogue's letter.

    `immediate_key` says that there is a primary key and it is not DEFERRABLE; `index_holds_key`, that the index of
    REPLICA IDENTITY USING INDEX has every column of the primary key.
    """

    letter: str
    immediate_key: bool
    index_holds_key: bool

    def fault(self, table: str) -> str | None:
        """Say why a table cannot be captured, and the ways out; None when it can."""
        frozen = "so PostgreSQL would refuse its updates and deletes while it is captured"
        if self.letter == KEY and not self.immediate_key:
            return (
                f"table {table} has no primary key, or a DEFERRABLE one, {frozen}; "
                f"give it a key, {_WAYS_OUT}{table}:FULL"
            )
        default = f", or {table}:DEFAULT" if self.immediate_key else ""
        if self.letter == NOTHING:
            return f"table {table} has REPLICA IDENTITY NOTHING, {frozen}; {_WAYS_OUT}{table}:FULL{default}"
        if self.letter == INDEX and not self.index_holds_key:
            return (
                f"the index that is the replica identity of table {table} lacks columns of a primary key, so its "
                f"deletes would have no key; {_WAYS_OUT}{table}:FULL{default}"
            )
        return None
