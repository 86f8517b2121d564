"""Who may pass."""

from typing import Any, Protocol

from tallystick.platform.auth import AuthenticationError, Principal
from tallystick.platform.http.problem import Origin, Problem
from tallystick.platform.http.request import Request

__all__ = ["EVERYONE", "Gate", "identify", "require_scope"]

CHALLENGE = {"www-authenticate": 'Bearer realm="tallystick"'}


class Gate(Protocol):
    """Says who is asking; `tallystick.platform.auth.Authenticator` is one."""

    def identify(self, request: Request[Any], /) -> Principal:
        """Give the principal, ANONYMOUS without credentials; raise an `AuthenticationError` for wrong ones."""
        ...


class _Everyone:
    def identify(self, _: Request[Any]) -> Principal:
        return Principal(name="everyone", scopes=frozenset({"*"}))


EVERYONE: Gate = _Everyone()
"""Lets everybody do everything: for a capability that runs alone on loopback, as its reference does."""


def identify(gate: Gate, request: Request[Any]) -> Principal:
    """Ask the gate; credentials that are no good become a 401 `Problem`."""
    try:
        return gate.identify(request)
    except AuthenticationError as error:
        raise Problem(401, detail=str(error), headers=CHALLENGE, origin=Origin.AUTHENTICATION) from error


def require_scope(principal: Principal, scope: str) -> None:
    """Raise 401 when nobody in particular asks, 403 when the principal lacks `scope`."""
    if principal.may(scope):
        return
    if principal.how == "none":
        raise Problem(401, detail="this needs a token", headers=CHALLENGE, origin=Origin.AUTHENTICATION)
    detail = f"{principal.name} lacks the scope {scope}"
    raise Problem(403, detail=detail, origin=Origin.AUTHENTICATION)
