"""Rows of tables as the domain's structs."""

from typing import TypeVar

import msgspec
from sqlalchemy import RowMapping

__all__ = ["plain"]

T = TypeVar("T")


def plain(row: RowMapping, kind: type[T]) -> T:
    """Make a struct of a row; columns that it has no field for are left out."""
    return msgspec.convert({str(name): value for name, value in row.items()}, kind)
