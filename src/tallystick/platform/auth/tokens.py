"""API tokens: `tally_<id>_<secret>`, scoped, expiring, revocable; stored as SHA-256."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, RowMapping, delete, func, select, update

from tallystick.platform.auth.audit import Audit
from tallystick.platform.auth.errors import ExpiredError, RevokedError, UnknownCredentialError, UnknownTokenError
from tallystick.platform.auth.principal import Principal, Scope
from tallystick.platform.auth.secrets import (
    Clock,
    checked_name,
    digest,
    fresh_id,
    fresh_secret,
    joined_scopes,
    now_ms,
    split_scopes,
)
from tallystick.platform.auth.tables import tokens
from tallystick.platform.settings import Secret
from tallystick.platform.store import Store

__all__ = ["IssuedToken", "TokenRecord", "Tokens"]


@dataclass(frozen=True)
class IssuedToken:
    """A token at the only moment when its text is known."""

    id: str
    text: Secret


class TokenRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a token."""

    id: str
    name: str
    scopes: frozenset[Scope]
    issued_ms: int
    expires_ms: int | None
    revoked_ms: int | None

    def state(self, now: int) -> str:
        """Say `live`, `expired` or `revoked`."""
        if self.revoked_ms is not None:
            return "revoked"
        return "expired" if self.expires_ms is not None and self.expires_ms <= now else "live"


class Tokens:
    """The tokens of one organisation.

    >>> issued = Tokens(store).issue("north", ["linkage:upload"], by="ann")  # doctest: +SKIP
    >>> Tokens(store).resolve(issued.text.reveal()).name  # doctest: +SKIP
    'north'
    """

    def __init__(self, store: Store, clock: Clock = now_ms) -> None:
        self._store = store
        self._clock = clock
        self._audit = Audit(store, clock)

    def issue(
        self,
        name: str,
        scopes: Iterable[Scope],
        *,
        lifetime_ms: int | None = None,
        by: str = "operator",
        within: Connection | None = None,
    ) -> IssuedToken:
        """Make a token for `name`; without a lifetime it lives until it is revoked."""
        identity, secret, now = fresh_id(), fresh_secret(), self._clock()
        granted = joined_scopes(scopes)
        row = {
            "id": identity,
            "name": checked_name(name),
            "digest": digest(secret),
            "scopes": granted,
            "issued_ms": now,
            "expires_ms": now + lifetime_ms if lifetime_ms is not None else None,
        }
        with self._store.joined(within) as connection:
            connection.execute(tokens.insert(), row)
            detail = {"name": name, "scopes": granted}
            self._audit.append(by, "token.issue", identity, detail, within=connection)
        return IssuedToken(identity, Secret(f"tally_{identity}_{secret}"))

    def revoke(self, identity: str, *, by: str = "operator") -> bool:
        """Take a token back, from now on; tell whether it was good until now.

        Of several that revoke one token at once, one is told so. Raises `UnknownTokenError` for an id that none has.
        """
        with self._store.write() as connection:
            good = (tokens.c.id == identity) & tokens.c.revoked_ms.is_(None)
            revoked = connection.execute(update(tokens).where(good).values(revoked_ms=self._clock())).rowcount > 0
            if revoked:
                self._audit.append(by, "token.revoke", identity, within=connection)
            elif connection.execute(select(tokens.c.id).where(tokens.c.id == identity)).first() is None:
                raise UnknownTokenError(f"no token has the id {identity}; list them with: tally token list")
            return revoked

    def list(self) -> list[TokenRecord]:
        """List every token, oldest first."""
        with self._store.read() as connection:
            rows = connection.execute(select(tokens).order_by(tokens.c.issued_ms, tokens.c.id)).mappings()
            return [_record(row) for row in rows]

    def prune(self, *, ended_before: int) -> int:
        """Forget tokens that were revoked or had expired by then (milliseconds UTC); return how many.

        The audit keeps that they were there.
        """
        ended = func.coalesce(tokens.c.revoked_ms, tokens.c.expires_ms)
        with self._store.write() as connection:
            return connection.execute(delete(tokens).where(ended < ended_before)).rowcount

    def resolve(self, text: str) -> Principal:
        """Give the principal of a token's text, or raise an `AuthenticationError`."""
        prefix, _, rest = text.partition("_")
        identity, _, secret = rest.partition("_")
        with self._store.read() as connection:
            row = connection.execute(select(tokens).where(tokens.c.id == identity)).mappings().first()
        if prefix != "tally" or row is None or not hmac.compare_digest(digest(secret), row["digest"]):
            raise UnknownCredentialError("the token is not one of ours")
        record = _record(row)
        match record.state(self._clock()):
            case "revoked":
                raise RevokedError("the token was revoked")
            case "expired":
                raise ExpiredError("the token has expired")
        return Principal(name=record.name, scopes=record.scopes, how="token", token_id=record.id)


def _record(row: RowMapping) -> TokenRecord:
    return TokenRecord(
        id=row["id"],
        name=row["name"],
        scopes=split_scopes(row["scopes"]),
        issued_ms=row["issued_ms"],
        expires_ms=row["expires_ms"],
        revoked_ms=row["revoked_ms"],
    )
