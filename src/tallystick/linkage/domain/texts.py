"""Patterns of texts, which hold alike where they are checked and where a client reads them."""

from typing import Final

__all__ = ["END", "NO_NUL"]

END: Final = r"$(?!\n)"
"""The end: Python's `$` alone lets a line end follow."""

NO_NUL: Final = r"^[^\x00]*$"
"""What every store can hold."""
