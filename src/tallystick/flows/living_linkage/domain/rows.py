"""Rows of a table as the texts that an encoding schema asks for."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tallystick.flows.living_linkage.errors import WrongEvent

__all__ = ["columns_of_schema", "texts"]


def columns_of_schema(schema: bytes, place: Path) -> tuple[str, ...]:
    """Return the columns that a clkhash schema's features name, in the schema's order."""
    try:
        features = json.loads(schema)["features"]
        return tuple(str(feature["identifier"]) for feature in features)
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{place} is not a clkhash linkage schema: {error!r}") from None


def texts(row: Mapping[str, object], columns: Sequence[str]) -> list[str]:
    """Return a row's values as texts; NULL is the empty text, which encodes to nothing.

    Raises `WrongEvent` that names the column, never its value.
    """
    return [_text(row, column) for column in columns]


def _text(row: Mapping[str, object], column: str) -> str:
    if column not in row:
        raise WrongEvent(f"the table has no column '{column}', which the linkage schema names")
    value = row[column]
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return str(value)
    raise WrongEvent(f"column '{column}' holds a {type(value).__name__}; a text or number can be encoded")
