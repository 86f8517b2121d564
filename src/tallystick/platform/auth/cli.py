"""`tally token`, `tally audit` and `tally login-link`: grant, take away, and see who did what."""

import getpass
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import ParamSpec

import click

from tallystick.platform.auth.audit import Audit, AuditHead
from tallystick.platform.auth.errors import AuthError
from tallystick.platform.auth.logins import Logins
from tallystick.platform.auth.secrets import now_ms
from tallystick.platform.auth.tokens import Tokens
from tallystick.platform.listing import show_table
from tallystick.platform.store import Store
from tallystick.platform.store.cli import with_store

__all__ = ["audit", "login_link", "token"]

UNITS_MS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}
DURATION = re.compile(r"([0-9]{1,9})([mhd])")
SHORTEST_MS, LONGEST_MS = 60_000, 36_525 * 86_400_000
LAST_MS = 253_402_300_799_000
"""The end of the last day that a calendar can tell."""

P = ParamSpec("P")


def _with_plain_errors(command: Callable[P, None]) -> Callable[P, None]:
    """End with one line for what the operator can mend."""

    @wraps(command)
    def run(*arguments: P.args, **options: P.kwargs) -> None:
        try:
            command(*arguments, **options)
        except (AuthError, ValueError) as error:
            raise click.ClickException(str(error)) from error

    return run


class Duration(click.ParamType[int]):
    """A duration such as 90d, 12h or 30m, in milliseconds."""

    name = "duration"

    def convert(self, value: object, parameter: click.Parameter | None, context: click.Context | None) -> int:
        """Read the duration."""
        if isinstance(value, int):
            return value
        found = DURATION.fullmatch(str(value))
        if not found:
            self.fail(f"{value!r} is no duration; write 90d, 12h or 30m", parameter, context)
        duration = int(found.group(1)) * UNITS_MS[found.group(2)]
        if not SHORTEST_MS <= duration <= LONGEST_MS:
            self.fail(f"{value!r} is not between a minute and a hundred years", parameter, context)
        return duration


@click.group()
def token() -> None:
    """Issue, list and revoke API tokens."""


@token.command("issue")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, help="A right, such as linkage:upload; repeatable.")
@click.option("--lifetime", type=Duration(), default=None, help="Such as 90d; default: until it is revoked.")
@with_store
@_with_plain_errors
def issue_token(store: Store, name: str, scopes: tuple[str, ...], lifetime: int | None) -> None:
    """Issue a token to NAME and print it, once."""
    issued = Tokens(store).issue(name, scopes, lifetime_ms=lifetime, by=getpass.getuser())
    click.echo(issued.text.reveal())


@token.command("list")
@with_store
@_with_plain_errors
def list_tokens(store: Store) -> None:
    """List every token, without its secret."""
    now = now_ms()
    rows = (
        (
            record.id,
            record.name,
            " ".join(sorted(record.scopes)),
            _day(record.issued_ms),
            _day(record.expires_ms),
            record.state(now),
        )
        for record in Tokens(store).list()
    )
    show_table(("id", "name", "scopes", "issued", "expires", "state"), rows)


@token.command("revoke")
@click.argument("identity", metavar="ID")
@with_store
@_with_plain_errors
def revoke_token(store: Store, identity: str) -> None:
    """Take the token with this ID back, from now on."""
    Tokens(store).revoke(identity, by=getpass.getuser())
    click.echo(f"revoked {identity}")


@click.group()
def audit() -> None:
    """Show and verify who did what."""


@audit.command("show")
@click.option("--limit", default=50, show_default=True, help="How many of the newest entries.")
@with_store
@_with_plain_errors
def show_audit(store: Store, limit: int) -> None:
    """Show the newest entries, newest first."""
    rows = (
        (
            str(entry.number),
            _second(entry.at_ms),
            entry.actor,
            entry.action,
            entry.target,
            " ".join(f"{name}={value}" for name, value in entry.detail.items()),
        )
        for entry in Audit(store).latest(limit)
    )
    show_table(("number", "at", "actor", "action", "target", "detail"), rows)


@audit.command("verify")
@click.option("--head", "known", default=None, metavar="COUNT:HASH", help="A head that an earlier verify printed.")
@with_store
@_with_plain_errors
def verify_audit(store: Store, known: str | None) -> None:
    """Check that no entry was changed or removed, and print the head; keep it elsewhere to prove it later."""
    head = Audit(store).verify(_head(known) if known else None)
    click.echo(f"{head}  every entry follows from the one before it")


@click.command("login-link")
@click.option("--address", default="https://localhost:8443", show_default=True, help="The door, as browsers reach it.")
@click.option("--name", default="operator", show_default=True, help="Who logs in.")
@click.option("--scope", "scopes", multiple=True, default=("*",), show_default=True, help="A right; repeatable.")
@click.option("--lifetime", type=Duration(), default="1h", show_default=True, help="How long the link works.")
@with_store
@_with_plain_errors
def login_link(store: Store, address: str, name: str, scopes: tuple[str, ...], lifetime: int) -> None:
    """Print a link that opens the console, once."""
    secret = Logins(store).issue(name, scopes, lifetime_ms=lifetime, by=getpass.getuser())
    click.echo(f"{address.rstrip('/')}/login/{secret.reveal()}")


def _head(text: str) -> AuditHead:
    count, _, hashed = text.partition(":")
    if not count.isdigit() or not hashed:
        raise click.BadParameter("expected COUNT:HASH", param_hint="--head")
    return AuditHead(int(count), hashed)


def _day(moment: int | None) -> str:
    if moment is None or moment > LAST_MS:
        return "-"
    return f"{datetime.fromtimestamp(moment / 1000, UTC):%Y-%m-%d %H:%M}"


def _second(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment / 1000, UTC):%Y-%m-%d %H:%M:%S}"
