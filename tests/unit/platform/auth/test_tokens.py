"""Tokens are scoped, expire, and can be taken back."""

from pathlib import Path

import pytest

from tallystick.platform.auth import (
    ExpiredError,
    Principal,
    RevokedError,
    Tokens,
    UnknownCredentialError,
    UnknownTokenError,
)
from tallystick.platform.store import Store


class Clock:
    now = 1_000

    def __call__(self) -> int:
        return self.now


def test_a_token_names_its_principal(any_store: Store) -> None:
    issued = Tokens(any_store).issue("north", ["linkage:upload", "linkage:read"])
    principal = Tokens(any_store).resolve(issued.text.reveal())
    assert (principal.name, principal.how, principal.token_id) == ("north", "token", issued.id)
    assert principal.may("linkage:upload")
    assert not principal.may("linkage:delete")


def test_a_token_stands_nowhere_in_the_store(store: Store, tmp_path: Path) -> None:
    issued = Tokens(store).issue("north", ["*"])
    secret = issued.text.reveal().rpartition("_")[2].encode()
    assert not any(secret in path.read_bytes() for path in tmp_path.iterdir())
    assert secret.decode() not in repr(issued)


@pytest.mark.parametrize("text", ["", "x", "tally", "tally_", "tally__", "tally_000000000000_secret", "ä_ö_ü"])
def test_an_unknown_token_is_refused(store: Store, text: str) -> None:
    with pytest.raises(UnknownCredentialError):
        Tokens(store).resolve(text)


def test_a_changed_secret_is_refused(store: Store) -> None:
    issued = Tokens(store).issue("north", ["*"])
    with pytest.raises(UnknownCredentialError):
        Tokens(store).resolve(issued.text.reveal() + "x")


def test_a_token_expires(store: Store) -> None:
    clock = Clock()
    tokens = Tokens(store, clock)
    text = tokens.issue("north", ["*"], lifetime_ms=500).text.reveal()
    clock.now = 1_499
    assert tokens.resolve(text).name == "north"
    clock.now = 1_500
    with pytest.raises(ExpiredError):
        tokens.resolve(text)


def test_a_revoked_token_is_refused(store: Store) -> None:
    tokens = Tokens(store)
    issued = tokens.issue("north", ["*"])
    tokens.revoke(issued.id)
    with pytest.raises(RevokedError):
        tokens.resolve(issued.text.reveal())
    assert [record.state(0) for record in tokens.list()] == ["revoked"]


def test_only_a_token_can_be_revoked(store: Store) -> None:
    with pytest.raises(UnknownTokenError, match="tally token list"):
        Tokens(store).revoke("000000000000")


@pytest.mark.parametrize("scope", ["", "linkage upload", " linkage:upload"])
def test_a_scope_is_one_word(store: Store, scope: str) -> None:
    with pytest.raises(ValueError, match="is no scope"):
        Tokens(store).issue("north", [scope])


@pytest.mark.parametrize(
    ("scopes", "allowed"), [({"*"}, True), ({"linkage:*"}, True), ({"linkage"}, False), ({"catalog:*"}, False)]
)
def test_a_wildcard_holds_every_verb(scopes: set[str], allowed: bool) -> None:
    assert Principal(name="north", scopes=frozenset(scopes)).may("linkage:upload") is allowed
