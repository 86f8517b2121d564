"""`tally up`, `status`, `down`, `settings`: run an organisation and look at it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec

from tallystick.platform.listing import show_table
from tallystick.platform.supervisor import ChildState, Supervisor
from tallystick.platform.supervisor import status as supervisor_status
from tallystick.platform.supervisor import stop as stop_supervisor
from tallystick.platform.telemetry import forget_killed
from tallystick.server.mendable import MENDABLE
from tallystick.server.places import check_sockets
from tallystick.server.settings import REGISTRY_SECRETS, OrganisationSettings, loaded_settings
from tallystick.server.wiring import Organisation

__all__ = ["config_option", "down", "explained", "settings", "status", "up"]

config_option = click.option(
    "--config", "config", type=click.Path(path_type=Path), help="Settings file; default: tally.toml here, if any."
)
output_option = click.option(
    "--output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="For people or scripts."
)


@contextmanager
def explained() -> Iterator[None]:
    """Turn what a person can mend into one line and exit code 1."""
    try:
        yield
    except MENDABLE as error:
        raise click.ClickException(str(error)) from error


@click.command()
@config_option
@click.option("--echo/--no-echo", default=True, show_default=True, help="Show what the processes print.")
def up(config: Path | None, echo: bool) -> None:
    """Run an organisation until Ctrl-C: its TLS door, its API, and the workers that its settings name."""
    from tallystick.server.processes import children

    with explained():
        _check(loaded_settings(config).settings)  # every secret is there; none is kept here
        organisation = Organisation(loaded_settings(config, withheld=REGISTRY_SECRETS).settings)
        lines = (lambda name, line: click.echo(f"{name:<10} {line}", err=True)) if echo else None
        resolved = config.resolve() if config else None
        Supervisor(children(organisation, resolved), organisation.data_dir, echo=lines).run(
            first=lambda: _prepare(organisation)
        )
        forget_killed(organisation.metrics_dir)


def _check(settings: OrganisationSettings) -> None:
    """Raise a `SettingsError` for what the settings say well, but what cannot work."""
    check_sockets(settings.data_dir)
    if settings.registry:
        from tallystick.flows.living_linkage.wiring import check_registry

        check_registry(settings.name, settings.registry)


def _prepare(organisation: Organisation) -> None:
    """Find out what cannot work while there is somebody to tell, then make the store's tables."""
    forget_killed(organisation.metrics_dir)
    organisation.door.check()
    try:
        if organisation.settings.linkage:
            organisation.unit  # noqa: B018 -- building it makes the linkages that the settings name
    finally:
        organisation.platform.close()


@click.command()
@config_option
@output_option
def status(config: Path | None, output: str) -> None:
    """Show an organisation's processes; exit code 1 when it is not up, 2 when one of them keeps ending."""
    with explained():
        data_dir = loaded_settings(config, withheld=REGISTRY_SECRETS).settings.data_dir
        found = supervisor_status(data_dir)
    if output == "json":
        click.echo(msgspec.json.encode(found).decode())
    else:
        rows = (
            (child.name, child.state, str(child.pid or "-"), str(child.restarts), child.last_exit or "-")
            for child in found.children
        )
        show_table(("process", "state", "pid", "restarts", "last end"), rows)
    broken = [child.name for child in found.children if child.state is ChildState.CRASH_LOOPING]
    if broken:
        reasons = ", ".join(str(data_dir / "logs" / f"{name}.log") for name in broken)
        click.echo(f"{', '.join(broken)} keeps ending; the reason is in {reasons}", err=True)
        raise SystemExit(2)


@click.command()
@config_option
def down(config: Path | None) -> None:
    """Stop an organisation: its processes finish what is under way."""
    with explained():
        stop_supervisor(loaded_settings(config, withheld=REGISTRY_SECRETS).settings.data_dir)


@click.command()
@config_option
@output_option
def settings(config: Path | None, output: str) -> None:
    """Show every effective setting and where it came from; secrets are masked."""
    with explained():
        effective = loaded_settings(config).effective()
    if output == "json":
        click.echo(json.dumps([vars(each) for each in effective]))
        return
    show_table(("setting", "value", "from"), ((each.name, each.value, each.origin) for each in effective))
