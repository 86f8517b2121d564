"""`tally party`: invite a registry to a linkage, and join one."""

import getpass
import sys
from pathlib import Path

import click

from tallystick.edge.wiring import authority_of
from tallystick.flows.living_linkage.adapters.membership import MembershipFile
from tallystick.flows.living_linkage.errors import LivingLinkageError
from tallystick.flows.living_linkage.invitations import accept
from tallystick.linkage.living.errors import LivingError
from tallystick.server.cli import config_option, explained
from tallystick.server.settings import loaded_settings
from tallystick.server.wiring import Organisation

__all__ = ["party"]


@click.group()
def party() -> None:
    """Invite registries to a linkage, or join one."""


@party.command()
@click.argument("name")
@click.option("--linkage", required=True, help="Id of the linkage.")
@config_option
def invite(name: str, linkage: str, config: Path | None) -> None:
    """Print an invitation for the party NAME, at a linkage unit; hand it over on a way that you trust."""
    with explained():
        organisation = Organisation(loaded_settings(config).settings)
        days = organisation.settings.unit.invitation_days
        door = organisation.told_door()
        try:
            invitation = organisation.unit.joining.invite(linkage, name, door, days=days, by=getpass.getuser())
        except LivingError as error:
            raise click.ClickException(str(error)) from error
        finally:
            organisation.platform.close()
    click.echo(invitation.text())


@party.command()
@click.argument("invitation")
@config_option
def join(invitation: str, config: Path | None) -> None:
    """Join the linkage of an INVITATION, at a registry; `-` reads it from standard input."""
    text = sys.stdin.read() if invitation == "-" else invitation
    with explained():
        settings = loaded_settings(config).settings
        authority = authority_of(settings.data_dir, settings.name)
        try:
            membership = accept(text, MembershipFile(settings.data_dir), authority.certificate)
        except LivingLinkageError as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"joined the linkage {membership.linkage} as {membership.party}")
