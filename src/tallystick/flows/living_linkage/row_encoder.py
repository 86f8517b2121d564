"""Rows of texts as encodings; a row that the schema cannot take holds up nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass

from tallystick.native import MalformedInput
from tallystick.native.linkage import ClkEncoder

__all__ = ["RowEncoder", "Unfit"]


@dataclass(frozen=True)
class Unfit:
    """Why a row has no encoding: the feature and what it asks for, never the value."""

    reason: str


@dataclass(frozen=True)
class RowEncoder:
    """Encodes rows whose texts stand in the order of the schema's features."""

    clks: ClkEncoder

    def __call__(self, rows: Sequence[Sequence[str]]) -> list[bytes | Unfit]:
        """Encode all rows at once, or one by one when one of them is unfit."""
        try:
            joined = self.clks.encode(rows)
        except MalformedInput:
            return [self._one(row) for row in rows]
        return [joined[at : at + self.clks.row_bytes] for at in range(0, len(joined), self.clks.row_bytes)]

    def _one(self, row: Sequence[str]) -> bytes | Unfit:
        try:
            return self.clks.encode([row])
        except MalformedInput as error:
            return Unfit(str(error).removeprefix("row 0, "))
