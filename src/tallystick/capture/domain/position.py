"""A total order over everything that one connector has ever emitted.

A position is `generation:lsn:row` in fixed-width hexadecimal, so that texts sort as positions do. The generation
counts snapshots, the LSN is that of the transaction's commit (PostgreSQL streams in commit order; the LSNs of single
rows are not in that order), the row counts messages inside the transaction. A snapshot shows what was committed
before its consistent point, so its rows stand at the last LSN before that point and sort below every streamed row.

A later generation repeats every row: whoever folds changes by key keeps the change of the highest position, and
forgets keys that the newest complete snapshot lacks.
"""

from typing import Self

import msgspec

__all__ = ["POSITION_HEADER", "Position"]

POSITION_HEADER = "tallystick-position"

_WIDTHS = (8, 16, 10)


class Position(msgspec.Struct, frozen=True, order=True):
    """Where a change stands: the same over every replay of its transaction.

    >>> Position.parse("00000001:00000000016b3748:0000000002") < Position(2, 0, 0)
    True
    """

    generation: int
    lsn: int
    row: int

    @classmethod
    def parse(cls, text: str | bytes) -> Self:
        """Read the text form; raise `ValueError` for anything else."""
        parts = (text.decode("ascii", "replace") if isinstance(text, bytes) else text).split(":")
        if tuple(map(len, parts)) != _WIDTHS:
            raise ValueError(f"not a position: {text!r}")
        return cls(*(int(part, 16) for part in parts))

    def __str__(self) -> str:
        return ":".join(
            f"{value:0{width}x}" for value, width in zip(msgspec.structs.astuple(self), _WIDTHS, strict=True)
        )
