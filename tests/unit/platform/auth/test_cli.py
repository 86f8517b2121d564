"""The operator's commands."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tallystick.platform.auth import Logins, Tokens
from tallystick.platform.auth.cli import audit, login_link, token
from tallystick.platform.store import Store


@pytest.fixture
def at(store: Store, tmp_path: Path) -> list[str]:
    return ["--data-dir", str(tmp_path)]


def test_a_token_lives_and_is_revoked(store: Store, at: list[str]) -> None:
    run = CliRunner().invoke
    issued = run(token, ["issue", "north", "--scope", "linkage:upload", "--lifetime", "90d", *at]).output.strip()
    assert Tokens(store).resolve(issued).name == "north"
    identity = issued.split("_")[1]
    assert identity in run(token, ["list", *at]).output
    assert run(token, ["revoke", identity, *at]).exit_code == 0
    assert "revoked" in run(token, ["list", *at]).output


def test_a_token_that_was_given_an_age_is_listed(store: Store, at: list[str]) -> None:
    Tokens(store).issue("north", ["*"], lifetime_ms=10**15)
    listed = CliRunner().invoke(token, ["list", *at])
    assert (listed.exit_code, "north" in listed.output) == (0, True)


@pytest.mark.parametrize("name", ["[red]north", "[/]", ":smile:"])
def test_a_name_is_listed_as_it_is(store: Store, at: list[str], name: str) -> None:
    Tokens(store).issue(name, ["*"])
    assert name in CliRunner().invoke(token, ["list", *at]).output
    assert f"name={name}" in CliRunner().invoke(audit, ["show", *at]).output.replace("\n", "")


def test_the_audit_is_shown_and_verified(store: Store, at: list[str]) -> None:
    Tokens(store).issue("north", ["*"], by="ann")
    head = CliRunner().invoke(audit, ["verify", *at]).output.split()[0]
    assert CliRunner().invoke(audit, ["verify", "--head", head, *at]).exit_code == 0
    assert CliRunner().invoke(audit, ["verify", "--head", f"1:{'0' * 64}", *at]).exit_code == 1
    assert "token.issue" in CliRunner().invoke(audit, ["show", *at]).output


def test_a_login_link_opens_the_console(store: Store, at: list[str]) -> None:
    link = CliRunner().invoke(login_link, ["--address", "https://north.localhost:8443/", *at]).output.strip()
    address, _, secret = link.rpartition("/")
    assert address == "https://north.localhost:8443/login"
    assert Logins(store).open(secret).cookie


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["issue", "north", "--scope", "*", "--lifetime", "soon"], "is no duration"),
        (["issue", "north", "--scope", "a b"], "is no scope"),
        (["issue", "north", "--scope", "linkage"], "is no scope"),
        (["issue", "north", "--scope", "linkage:"], "is no scope"),
        (["issue", "north", "--scope", "*:read"], "is no scope"),
        (["issue", "", "--scope", "*"], "is no name"),
        (["issue", "a\nb", "--scope", "*"], "is no name"),
        (["issue", "north", "--scope", "*", "--lifetime", "0d"], "is not between a minute and a hundred years"),
        (["issue", "north", "--scope", "*", "--lifetime", "9999999d"], "is not between a minute and"),
        (["issue", "north", "--scope", "*", "--lifetime", "99999999999999d"], "is no duration"),
        (["revoke", "0"], "no token has the id 0"),
    ],
)
def test_a_mistake_is_named(at: list[str], arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(token, [*arguments, *at])
    assert result.exit_code != 0
    assert said in result.output


def test_a_folder_without_a_store_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(token, ["list", "--data-dir", str(tmp_path)])
    assert result.exit_code == 1
    assert "no store in" in result.output
