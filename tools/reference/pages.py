"""Every page of the reference, by the name of its file."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tools.reference.commands import commands_page
from tools.reference.errors import errors_page
from tools.reference.metrics import metrics_page
from tools.reference.settings import settings_page

__all__ = ["PAGES", "write_pages"]

PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "errors.md": errors_page,
    "metrics.md": metrics_page,
    "settings.md": settings_page,
}


def write_pages(directory: Path) -> None:
    """Write every page into a directory."""
    for name, page in PAGES.items():
        (directory / name).write_text(page())
