"""Say whether this process lives and whether it can serve."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from tallystick.platform.http.reply import Reply
from tallystick.platform.http.request import Request
from tallystick.platform.http.route import Route

__all__ = ["Check", "Health", "health_routes"]

Check = Callable[[], str | None]
"""Asks one thing this process depends on; gives None when it is well, else a sentence on what is wrong."""


class Health(msgspec.Struct, frozen=True):
    """Whether it is well, and check by check what is not."""

    status: str
    checks: dict[str, str] = {}


def health_routes(checks: Mapping[str, Check]) -> list[Route]:
    """Give `/health/live`, which is true while the process answers, and `/health/ready`, which asks every check."""

    def live(_: Request[Any]) -> Health:
        return Health("ok")

    def ready(_: Request[Any]) -> Reply:
        found = {name: _ask(check) for name, check in checks.items()}
        well = all(sentence == "ok" for sentence in found.values())
        return Reply(Health("ok" if well else "unavailable", found), status=200 if well else 503)

    return [
        Route("GET", "/health/live", live, response=Health, summary="Say whether the process lives", tags=("health",)),
        Route(
            "GET",
            "/health/ready",
            ready,
            response=Health,
            errors=(503,),
            summary="Say whether it can serve",
            tags=("health",),
        ),
    ]


def _ask(check: Check) -> str:
    try:
        return check() or "ok"
    except Exception as error:  # noqa: BLE001 -- a check that fails in any way is a thing that is not well
        return f"{type(error).__name__}: {error}"
