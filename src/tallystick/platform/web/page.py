"""What a capability declares to stand on the console."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

import msgspec

from tallystick.platform.http import Failures, Reply, Request

__all__ = ["CONSOLE_SCOPE", "Context", "Page", "PageNumber", "Paging", "redirect"]

CONSOLE_SCOPE = "console:read"

Context = Callable[[Request[Any]], Mapping[str, object]]

PageNumber = Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)]
"""Which page of a long table, in a query; as many as a database can count the rows of."""


def _nothing(_: Request[Any]) -> Mapping[str, object]:
    return {}


@dataclass(frozen=True)
class Page:
    """One page of the console.

    `context` gives the template its values; it runs in a thread. A page with a `label` stands in the navigation,
    under `section`; sections and pages keep the order in which they are declared. `query` types the query string.
    `failures` are the statuses of the exceptions that `context` may raise.

    >>> Page("/parties", "Parties", "linkage/parties.html", label="Parties", section="Linkage").scope
    'console:read'
    """

    path: str
    title: str
    template: str
    context: Context = _nothing
    label: str | None = None
    section: str = ""
    scope: str | None = CONSOLE_SCOPE
    query: Any = None
    failures: Failures | None = None


@dataclass(frozen=True)
class Paging:
    """Where in a long table a page stands; `number` counts from 1."""

    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """The number of the first row shown, counted from 1; 0 when there is none."""
        return min((self.number - 1) * self.size + 1, self.total)

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return min(self.number * self.size, self.total)

    @property
    def offset(self) -> int:
        """How many rows stand before this page."""
        return (self.number - 1) * self.size


def redirect(path: str) -> Reply:
    """Send the browser to `path` after a form was handled."""
    return Reply(status=303, headers={"location": quote(path, safe="/?&=%#:+,;@~-._")})
