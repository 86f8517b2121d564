"""`tally edge`: serve bud's configuration files, check them, and hold an organisation's door."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NoReturn

import click
import msgspec

from tallystick.edge.adapters.descriptors import raise_limit
from tallystick.edge.adapters.privileges import Account
from tallystick.edge.adapters.signals import Signals
from tallystick.edge.domain.snapshot import Snapshot
from tallystick.edge.errors import EdgeError
from tallystick.edge.running import hold_door
from tallystick.edge.service import Edge
from tallystick.edge.service import check as check_snapshot
from tallystick.edge.settings import EdgeSettings
from tallystick.edge.wiring import Loaded, OrganisationDoor, load
from tallystick.platform import telemetry

__all__ = ["edge"]

# bud's exit code for whatever keeps it from starting.
FAILED = 255
# bud's levels of the log by ours.
LEVELS = {"debug": "DEBUG", "notice": "DEBUG", "info": "INFO", "warning": "WARNING", "fatal": "CRITICAL"}

config_option = click.option(
    "--config", "-c", "path", type=click.Path(path_type=Path), help="Configuration file, JSON; - for standard input."
)
inline_option = click.option("--inline-config", "-i", "inline", help="The configuration itself, JSON.")


@click.group()
def edge() -> None:
    """Terminate TLS: certificates by server name, client identities, forwarding."""


@edge.command()
@config_option
@inline_option
def serve(path: Path | None, inline: str | None) -> None:
    """Serve TLS as a configuration file says; SIGHUP reads it again, SIGTERM drains."""
    # First of all, so that a signal that comes before the doors are open is obeyed once they are.
    signals = Signals()
    telemetry.configure(process="edge")
    text = _source(path, inline)
    raise_limit()
    try:
        first = load(text)
        _configure_log(first)
        account = Account.named(first.configuration.user, first.configuration.group)
        fixed = path is None or str(path) == "-"
        loads = iter([first.snapshot])
        running = Edge(
            lambda: next(loads, None) or _again(text if fixed or path is None else path.read_bytes()),
            drain_s=first.configuration.timeouts.drain,
        )
        account.become()
    except EdgeError as error:
        _fail(str(error))
    _announce(running.addresses, [item.address for pool in first.snapshot.pools for item in pool.backends])
    with running:
        signals.run(running.reload)


@edge.command()
@config_option
@inline_option
def check(path: Path | None, inline: str | None) -> None:
    """Read a configuration and every file it names, and say what is wrong; exit code 0 if nothing is."""
    try:
        loaded = load(_source(path, inline))
        check_snapshot(loaded.snapshot)
    except EdgeError as error:
        _fail(str(error))
    _warn(loaded.warnings)
    click.echo(_summary(loaded))


@edge.command()
@click.option("--data-dir", type=click.Path(path_type=Path), default=Path("data"), show_default=True)
@click.option("--organisation", default="Tallystick", show_default=True, help="Name in the local authority.")
@click.option("--backend", type=click.Path(path_type=Path), help="Unix socket of the API; default: run/api.sock there.")
@click.option("--settings", "given", default="{}", help="The edge's settings, as a JSON object.")
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def door(
    data_dir: Path, organisation: str, backend: Path | None, given: str, log_format: Literal["text", "json"]
) -> None:
    """Hold an organisation's TLS door in front of its API; certificates and client authorities follow their files."""
    telemetry.configure(log_format, process="edge")
    try:
        settings = msgspec.json.decode(given, type=EdgeSettings)
        held = OrganisationDoor(settings, data_dir, organisation, backend or data_dir / "run" / "api.sock")
        with telemetry.Publication(data_dir / "run" / "metrics", "edge"):
            hold_door(held, ready=lambda addresses: _announce(addresses, [f"unix:{held.backend}"]))
    except (EdgeError, msgspec.MsgspecError) as error:
        _fail(str(error))


def _source(path: Path | None, inline: str | None) -> bytes:
    if (path is None) == (inline is None):
        _fail("Please pass one config file, not multiple" if path else "one of --config and --inline-config is needed")
    if inline is not None:
        return inline.encode()
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(str(path)).read_bytes()
    except OSError as error:
        _fail(f"open({path}) failed: {error.strerror}")


def _again(text: bytes) -> Snapshot:
    loaded = load(text)
    _configure_log(loaded)
    return loaded.snapshot


def _configure_log(loaded: Loaded) -> None:
    telemetry.configure(process="edge", level=LEVELS[loaded.configuration.log.level])
    _warn(loaded.warnings)


def _announce(addresses: Sequence[str], backends: Sequence[str]) -> None:
    """Print bud's start lines, which programs wait for."""
    process = os.getpid()
    for address in addresses:
        host, _, port = address.rpartition(":")
        click.echo(f"(inf) [{process}] bud listening on [{host.strip('[]')}]:{port} and...", err=True)
    for backend in backends:
        host, _, port = backend.rpartition(":")
        shown_address = backend if host == "unix" else f"[{host.strip('[]')}]:{port}"
        click.echo(f"(inf) [{process}] ...forwarding to: {shown_address}", err=True)


def _warn(warnings: Sequence[str]) -> None:
    for warning in warnings:
        click.echo(f"(wrn) [{os.getpid()}] {warning}", err=True)


def _summary(loaded: Loaded) -> str:
    served = loaded.snapshot
    names = [name for context in served.contexts for name in context.names]
    doors = ", ".join(door.listen for door in served.doors)
    return f"configuration is good: {doors}; {len(served.contexts)} contexts ({', '.join(names) or 'default only'})"


def _fail(reason: str) -> NoReturn:
    click.echo(f"(ftl) [{os.getpid()}] {reason}", err=True)
    raise SystemExit(FAILED)
