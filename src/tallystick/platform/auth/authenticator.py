"""Turn the credentials of a request into a principal."""

from collections.abc import Callable, Mapping
from typing import Protocol

from tallystick.platform.auth.certificates import IDENTITY_HEADER, Certificates, ClientIdentity
from tallystick.platform.auth.errors import AuthenticationError, CrossSiteError, UnknownCredentialError
from tallystick.platform.auth.logins import Logins
from tallystick.platform.auth.principal import ANONYMOUS, Principal
from tallystick.platform.auth.tokens import Tokens
from tallystick.platform.store import Store

__all__ = ["SESSION_COOKIE", "Authenticator", "Credentials", "refuse_cross_site"]

SESSION_COOKIE = "tally_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Credentials(Protocol):
    """What of a request says who is asking."""

    @property
    def method(self) -> str:
        """The method, since a session must not change anything for a foreign page."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, by names in any case."""
        ...

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies."""
        ...

    @property
    def behind_edge(self) -> bool:
        """Whether it came through the socket that only the edge can open."""
        ...


class Authenticator:
    """Knows who is asking: by token first, then by session, then by the certificate that the edge verified.

    `raw` reads an `Authorization` header that has no scheme, as some references' clients send it; it gives None for
    what it does not know.
    """

    def __init__(self, store: Store, *, raw: Callable[[str], Principal | None] | None = None) -> None:
        self._tokens = Tokens(store)
        self._certificates = Certificates(store)
        self._logins = Logins(store)
        self._raw = raw

    def identify(self, request: Credentials, /) -> Principal:
        """Give the principal, ANONYMOUS without credentials; raise an `AuthenticationError` for wrong ones."""
        if given := request.headers.get("authorization"):
            return self._by_header(given)
        cookie = request.cookies.get(SESSION_COOKIE)
        identity = request.headers.get(IDENTITY_HEADER) if request.behind_edge else None
        if cookie or identity:
            refuse_cross_site(request)
        if cookie:
            try:
                return self._logins.resolve(cookie)
            except AuthenticationError:
                if not identity:
                    raise
        return self._certificates.resolve(ClientIdentity.parse(identity)) if identity else ANONYMOUS

    def _by_header(self, given: str) -> Principal:
        scheme, _, rest = given.strip().partition(" ")
        if scheme.lower() == "bearer" and rest:
            return self._tokens.resolve(rest.strip())
        if self._raw is not None and (principal := self._raw(given)) is not None:
            return principal
        raise UnknownCredentialError("the Authorization header must be: Bearer TOKEN")


def refuse_cross_site(request: Credentials) -> None:
    """Let only our own pages change anything with what a browser sends on its own, a cookie or a certificate.

    Raises `CrossSiteError` for what a page of another site makes a browser do.
    """
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        same = site in ("same-origin", "none")
    else:
        same = origin is None or origin.partition("://")[2] == request.headers.get("host")
    if not same:
        raise CrossSiteError("another site's page may not act for this browser")
