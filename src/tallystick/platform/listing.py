"""Tables for people at a terminal."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

__all__ = ["show_table"]


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows as they are: what stands in brackets or colons is a value, not a style or a picture."""
    table = Table(*columns, box=None)
    for row in rows:
        table.add_row(*row)
    Console(markup=False, emoji=False).print(table)
