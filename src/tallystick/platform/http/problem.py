"""What a client is told when its request cannot be served (RFC 9457)."""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus

import msgspec

__all__ = ["PHRASES", "Fault", "Origin", "Problem"]


PHRASES = {status.value: status.phrase for status in HTTPStatus} | {413: "Content Too Large"}


class Origin(StrEnum):
    """Which part refused; a problem shape may word each differently, as references do."""

    HANDLER = "handler"
    ROUTER = "router"
    MEDIA_TYPE = "media_type"
    VALIDATION = "validation"
    LIMIT = "limit"
    AUTHENTICATION = "authentication"
    SERVER = "server"


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong: `field` is a path such as `people[3].born`, `query.limit` or `header.X-Hash-Count`."""

    field: str
    detail: str


class Problem(Exception):
    """Raise it in a handler to answer with an error.

    >>> raise Problem(404, detail="no project p1")
    Traceback (most recent call last):
    tallystick.platform.http.problem.Problem: 404 Not Found: no project p1
    """

    def __init__(
        self,
        status: int,
        title: str | None = None,
        detail: str | None = None,
        *,
        field: str | None = None,
        faults: tuple[Fault, ...] = (),
        type_: str = "about:blank",
        headers: Mapping[str, str] | None = None,
        origin: Origin = Origin.HANDLER,
    ) -> None:
        self.status = status
        self.title = title or PHRASES.get(status, "Error")
        self.detail = detail
        self.faults = faults or ((Fault(field, detail or self.title),) if field else ())
        self.type = type_
        self.headers = dict(headers or {})
        self.origin = origin
        super().__init__(f"{status} {self.title}" + (f": {detail}" if detail else ""))
