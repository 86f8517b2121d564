"""Console logins: a link that works once opens a session."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from tallystick.platform.auth.audit import Audit
from tallystick.platform.auth.errors import ExpiredError, RevokedError, UnknownCredentialError
from tallystick.platform.auth.principal import Principal, Scope
from tallystick.platform.auth.secrets import (
    Clock,
    checked_name,
    digest,
    fresh_secret,
    joined_scopes,
    now_ms,
    split_scopes,
)
from tallystick.platform.auth.tables import logins, sessions
from tallystick.platform.settings import Secret
from tallystick.platform.store import Store

__all__ = ["LINK_LIFETIME_MS", "SESSION_LIFETIME_MS", "Logins", "OpenedSession"]

LINK_LIFETIME_MS = 60 * 60 * 1000
SESSION_LIFETIME_MS = 12 * 60 * 60 * 1000


@dataclass(frozen=True)
class OpenedSession:
    """A session at the only moment when its cookie is known."""

    cookie: Secret
    lifetime_ms: int


class Logins:
    """One-time links and the sessions they open."""

    def __init__(self, store: Store, clock: Clock = now_ms) -> None:
        self._store = store
        self._clock = clock
        self._audit = Audit(store, clock)

    def issue(
        self, name: str, scopes: Iterable[Scope], *, lifetime_ms: int = LINK_LIFETIME_MS, by: str = "operator"
    ) -> Secret:
        """Make the secret of a link that lets `name` in once."""
        secret, now = fresh_secret(), self._clock()
        row = {
            "digest": digest(secret),
            "name": checked_name(name),
            "scopes": joined_scopes(scopes),
            "expires_ms": now + lifetime_ms,
        }
        with self._store.write() as connection:
            connection.execute(delete(logins).where(logins.c.expires_ms <= now - SESSION_LIFETIME_MS))
            connection.execute(logins.insert(), row)
            self._audit.append(by, "login.issue", name, within=connection)
        return Secret(secret)

    def open(self, secret: str, *, client: str = "") -> OpenedSession:
        """Consume a link and open its session; raise an `AuthenticationError` for a link that is no good."""
        cookie, now = fresh_secret(), self._clock()
        with self._store.write() as connection:
            row = connection.execute(select(logins).where(logins.c.digest == digest(secret))).first()
            if row is None:
                raise UnknownCredentialError("this login link is not one of ours")
            if row.used_ms is None and row.expires_ms <= now:
                raise ExpiredError("this login link has expired")
            unused = (logins.c.digest == row.digest) & logins.c.used_ms.is_(None)
            if connection.execute(update(logins).where(unused).values(used_ms=now)).rowcount == 0:
                raise RevokedError("this login link has been used already")
            connection.execute(delete(sessions).where(sessions.c.expires_ms <= now))
            opened = {"digest": digest(cookie), "name": row.name, "scopes": row.scopes}
            connection.execute(sessions.insert(), opened | {"expires_ms": now + SESSION_LIFETIME_MS})
            self._audit.append(row.name, "login", row.name, {"client": client}, within=connection)
        return OpenedSession(Secret(cookie), SESSION_LIFETIME_MS)

    def resolve(self, cookie: str) -> Principal:
        """Give the principal of a session's cookie, or raise an `AuthenticationError`."""
        with self._store.read() as connection:
            row = connection.execute(select(sessions).where(sessions.c.digest == digest(cookie))).first()
        if row is None:
            raise UnknownCredentialError("the session is over; log in again")
        if row.expires_ms <= self._clock():
            raise ExpiredError("the session has expired; log in again")
        return Principal(name=row.name, scopes=split_scopes(row.scopes), how="session")

    def prune(self) -> int:
        """Forget sessions that are over, and links long after they could be used; return how many."""
        now = self._clock()
        with self._store.write() as connection:
            links = connection.execute(delete(logins).where(logins.c.expires_ms <= now - SESSION_LIFETIME_MS))
            over = connection.execute(delete(sessions).where(sessions.c.expires_ms <= now))
            return links.rowcount + over.rowcount

    def close(self, cookie: str) -> None:
        """End a session; one that is over already stays so."""
        with self._store.write() as connection:
            row = connection.execute(select(sessions.c.name).where(sessions.c.digest == digest(cookie))).first()
            if row is not None:
                connection.execute(delete(sessions).where(sessions.c.digest == digest(cookie)))
                self._audit.append(row.name, "logout", row.name, within=connection)
