"""Who is asking, by token, certificate or session."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from tallystick.platform.auth import (
    ANONYMOUS,
    Authenticator,
    Certificates,
    CrossSiteError,
    ExpiredError,
    Logins,
    Principal,
    RevokedError,
    Tokens,
    UnknownCredentialError,
)
from tallystick.platform.store import Store

IDENTITY = '{"subject":"CN=north","sans":["DNS:north.localhost"],"sha256":"ab12"}'


@dataclass(frozen=True)
class Asked:
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    behind_edge: bool = False


def by_edge(store: Store, identity: str = IDENTITY, *, behind_edge: bool = True) -> Principal:
    return Authenticator(store).identify(
        Asked(headers={"x-tallystick-client-identity": identity}, behind_edge=behind_edge)
    )


def test_without_credentials_nobody_asks(store: Store) -> None:
    assert Authenticator(store).identify(Asked()) is ANONYMOUS


def test_a_bearer_token_is_resolved(store: Store) -> None:
    text = Tokens(store).issue("north", ["*"]).text.reveal()
    assert Authenticator(store).identify(Asked(headers={"authorization": f"bearer {text}"})).name == "north"


@pytest.mark.parametrize("header", ["Bearer", "Basic bm9ydGg6", "Bearer nonsense"])
def test_a_wrong_authorization_is_refused(store: Store, header: str) -> None:
    with pytest.raises(UnknownCredentialError):
        Authenticator(store).identify(Asked(headers={"authorization": header}))


def test_a_header_without_a_scheme_can_be_read(store: Store) -> None:
    authenticator = Authenticator(store, raw=lambda text: Principal(name=text) if text == "abc" else None)
    assert authenticator.identify(Asked(headers={"authorization": "abc"})).name == "abc"
    with pytest.raises(UnknownCredentialError):
        authenticator.identify(Asked(headers={"authorization": "abd"}))


def test_a_granted_certificate_has_its_scopes(store: Store) -> None:
    Certificates(store).grant("AB:12", "north", ["linkage:upload"])
    assert by_edge(store) == Principal(name="north", scopes=frozenset({"linkage:upload"}), how="certificate")


def test_a_certificate_without_a_grant_may_nothing(store: Store) -> None:
    assert by_edge(store) == Principal(name="CN=north", how="certificate")


def test_an_identity_is_believed_behind_the_edge_alone(store: Store) -> None:
    Certificates(store).grant("ab12", "north", ["*"])
    assert by_edge(store, behind_edge=False) is ANONYMOUS


def test_an_unreadable_identity_is_refused(store: Store) -> None:
    with pytest.raises(UnknownCredentialError, match="identity header"):
        by_edge(store, "CN=north")


def session(store: Store) -> str:
    logins = Logins(store)
    return logins.open(logins.issue("ann", ["console:*"]).reveal()).cookie.reveal()


def test_a_login_link_opens_a_session_once(store: Store) -> None:
    logins = Logins(store)
    link = logins.issue("ann", ["console:*"]).reveal()
    cookie = logins.open(link).cookie.reveal()
    assert Authenticator(store).identify(Asked(cookies={"tally_session": cookie})).name == "ann"
    with pytest.raises(RevokedError):
        logins.open(link)


def test_a_login_link_expires(store: Store) -> None:
    logins = Logins(store)
    with pytest.raises(ExpiredError):
        logins.open(logins.issue("ann", ["*"], lifetime_ms=0).reveal())


def test_a_closed_session_is_over(store: Store) -> None:
    cookie = session(store)
    Logins(store).close(cookie)
    with pytest.raises(UnknownCredentialError):
        Authenticator(store).identify(Asked(cookies={"tally_session": cookie}))


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "https://a", "host": "a"},
        {"origin": "https://b", "host": "a"},
        {"origin": "null", "host": "a"},
    ],
)
def test_a_foreign_page_cannot_act(store: Store, headers: dict[str, str]) -> None:
    asked = Asked("POST", headers, {"tally_session": session(store)})
    with pytest.raises(CrossSiteError):
        Authenticator(store).identify(asked)


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {"origin": "https://a", "host": "a"}, {}])
def test_our_own_page_can_act(store: Store, headers: dict[str, str]) -> None:
    asked = Asked("POST", headers, {"tally_session": session(store)})
    assert Authenticator(store).identify(asked).name == "ann"


def test_a_revoked_certificate_may_nothing(store: Store) -> None:
    Certificates(store).grant("ab12", "north", ["*"])
    Certificates(store).revoke("AB:12")
    assert by_edge(store).scopes == frozenset()
    assert Certificates(store).list() == []


def test_a_session_comes_before_a_certificate(store: Store) -> None:
    headers = {"x-tallystick-client-identity": IDENTITY}
    asked = Asked(headers=headers, cookies={"tally_session": session(store)}, behind_edge=True)
    assert Authenticator(store).identify(asked).name == "ann"


def test_a_certificate_outlives_a_session(store: Store) -> None:
    headers = {"x-tallystick-client-identity": IDENTITY}
    asked = Asked(headers=headers, cookies={"tally_session": "over"}, behind_edge=True)
    assert Authenticator(store).identify(asked).name == "CN=north"


def test_a_foreign_page_cannot_act_by_certificate(store: Store) -> None:
    headers = {"x-tallystick-client-identity": IDENTITY, "sec-fetch-site": "cross-site"}
    with pytest.raises(CrossSiteError):
        Authenticator(store).identify(Asked("POST", headers, behind_edge=True))
