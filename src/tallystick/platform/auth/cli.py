"""`tally token`, `tally audit` and `tally login-link`: grant, take away, and see who did what."""

import getpass
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import ParamSpec

import click
from rich.console import Console
from rich.table import Table

from tallystick.platform.auth.audit import Audit, AuditHead
from tallystick.platform.auth.errors import AuthError
from tallystick.platform.auth.logins import Logins
from tallystick.platform.auth.secrets import now_ms
from tallystick.platform.auth.tokens import Tokens
from tallystick.platform.store import Store
from tallystick.platform.store.cli import with_store

__all__ = ["audit", "login_link", "token"]

UNITS_MS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}
DURATION = re.compile(r"(\d+)([mhd])")

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
        return int(found.group(1)) * UNITS_MS[found.group(2)]


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
    records = Tokens(store).list()
    table = Table("id", "name", "scopes", "issued", "expires", "state", box=None)
    for record in records:
        scopes = " ".join(sorted(record.scopes))
        state = record.state(now_ms())
        table.add_row(record.id, record.name, scopes, _day(record.issued_ms), _day(record.expires_ms), state)
    Console().print(table)


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
    entries = Audit(store).latest(limit)
    table = Table("number", "at", "actor", "action", "target", "detail", box=None)
    for entry in entries:
        detail = " ".join(f"{name}={value}" for name, value in entry.detail.items())
        table.add_row(str(entry.number), _second(entry.at_ms), entry.actor, entry.action, entry.target, detail)
    Console().print(table)


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
    return "-" if moment is None else f"{datetime.fromtimestamp(moment / 1000, UTC):%Y-%m-%d %H:%M}"


def _second(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment / 1000, UTC):%Y-%m-%d %H:%M:%S}"
