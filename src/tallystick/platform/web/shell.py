"""What stands around every page: headers and navigation."""

from collections.abc import Sequence
from dataclasses import dataclass

from tallystick.platform.auth import Principal
from tallystick.platform.web.page import Page

__all__ = ["PAGE_HEADERS", "Entry", "NavigationSection", "navigation"]

PAGE_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


@dataclass(frozen=True)
class Entry:
    """A link of the navigation."""

    label: str
    path: str
    current: bool


@dataclass(frozen=True)
class NavigationSection:
    """Links under one heading."""

    name: str
    entries: list[Entry]


def navigation(pages: Sequence[Page], path: str, principal: Principal) -> list[NavigationSection]:
    """List the pages that `principal` may see, in the order of their declaration."""
    shown = [page for page in pages if page.label and (page.scope is None or principal.may(page.scope))]
    holding = [page.path for page in shown if _holds(page.path, path)]
    current = max(holding, key=len, default=None)
    sections: dict[str, list[Entry]] = {}
    for page in shown:
        sections.setdefault(page.section, []).append(Entry(str(page.label), page.path, page.path == current))
    return [NavigationSection(name, entries) for name, entries in sections.items()]


def _holds(place: str, path: str) -> bool:
    return path == place or (place != "/" and path.startswith(place + "/"))
