"""Who is asking."""

from typing import Literal

import msgspec

__all__ = ["ANONYMOUS", "Principal", "Scope"]

Scope = str
"""A right, as `capability:verb`; `linkage:*` holds every verb of linkage and `*` every right."""


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom this organisation knows, and what they may do.

    >>> Principal(name="north", scopes=frozenset({"linkage:*"}), how="token").may("linkage:upload")
    True
    """

    name: str
    scopes: frozenset[Scope] = frozenset()
    how: Literal["token", "certificate", "session", "none"] = "none"
    token_id: str = ""

    def may(self, scope: Scope) -> bool:
        """Say whether this principal holds the right `scope`."""
        area, _, _ = scope.partition(":")
        return not self.scopes.isdisjoint({scope, f"{area}:*", "*"})


ANONYMOUS = Principal(name="anonymous")
