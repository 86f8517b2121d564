"""The little of Markdown that the pages need."""

from collections.abc import Iterable, Sequence

__all__ = ["code", "page", "table"]


def page(*blocks: str) -> str:
    """Join blocks with blank lines; empty ones are left out."""
    return "\n\n".join(block.strip("\n") for block in blocks if block) + "\n"


def code(text: str) -> str:
    """Write a short text as code that may stand in a table; an empty text stays empty."""
    return f"`{text}`".replace("|", "\\|") if text else ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table; without rows, nothing."""
    lines = [_line(row) for row in rows]
    return "\n".join([_line(head), "|" + "---|" * len(head), *lines]) if lines else ""


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("\n", " ") for cell in cells) + " |"
