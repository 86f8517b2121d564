"""Say whether this process lives and whether it can serve."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from tallystick.platform.http.reply import Reply
from tallystick.platform.http.request import Request
from tallystick.platform.http.route import Route
from tallystick.platform.telemetry import logger

__all__ = ["Check", "Health", "failing", "health_routes"]

log = logger("tallystick.http")

Check = Callable[[], str | None]
"""Asks one thing this process depends on; gives None when it is well, else a sentence on what is wrong."""


class Health(msgspec.Struct, frozen=True):
    """Whether it is well, and which check is not; the reason stands in the log alone, since anybody may ask."""

    status: str
    checks: dict[str, str] = {}


def health_routes(checks: Mapping[str, Check]) -> list[Route]:
    """Give `/health/live`, which is true while the process answers, and `/health/ready`, which asks every check."""

    def live(_: Request[Any]) -> Health:
        return Health("ok")

    def ready(_: Request[Any]) -> Reply:
        found = failing(checks)
        for name, reason in found.items():
            log.warning("not ready", check=name, reason=reason)
        shown = {name: "unavailable" if name in found else "ok" for name in checks}
        return Reply(Health("unavailable" if found else "ok", shown), status=503 if found else 200)

    return [
        Route(
            "GET",
            "/health/live",
            live,
            response=Health,
            summary="Say whether the process lives",
            tags=("health",),
            vital=True,
        ),
        Route(
            "GET",
            "/health/ready",
            ready,
            response=Health,
            errors=(503,),
            summary="Say whether it can serve",
            tags=("health",),
            vital=True,
        ),
    ]


def failing(checks: Mapping[str, Check]) -> dict[str, str]:
    """Ask every check, and give the reasons of those that are not well."""
    return {name: reason for name, check in checks.items() if (reason := _ask(check))}


def _ask(check: Check) -> str | None:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 -- a check that fails in any way is a thing that is not well
        return f"{type(error).__name__}: {error}"
