"""Who may pass."""

from typing import Any, Protocol

from tallystick.platform.auth import Principal
from tallystick.platform.http.problem import Origin, Problem
from tallystick.platform.http.request import Request

__all__ = ["EVERYONE", "Gate", "require_scope"]


class Gate(Protocol):
    """Says who is asking; raises a 401 `Problem` for credentials that are wrong, and gives ANONYMOUS for none."""

    def identify(self, request: Request[Any], /) -> Principal:
        """Give the principal behind `request`."""
        ...


class _Everyone:
    def identify(self, _: Request[Any]) -> Principal:
        return Principal(name="everyone", scopes=frozenset({"*"}))


EVERYONE: Gate = _Everyone()
"""Lets everybody do everything: for a capability that runs alone on loopback, as its reference does."""


def require_scope(principal: Principal, scope: str) -> None:
    """Raise 401 when nobody in particular asks, 403 when the principal lacks `scope`."""
    if principal.may(scope):
        return
    if principal.how == "none":
        challenge = {"www-authenticate": 'Bearer realm="tallystick"'}
        raise Problem(401, detail="this needs a token", headers=challenge, origin=Origin.AUTHENTICATION)
    detail = f"{principal.name} lacks the scope {scope}"
    raise Problem(403, detail=detail, origin=Origin.AUTHENTICATION)
