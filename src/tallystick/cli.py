"""The `tally` command: one group a capability, and the verbs of an organisation.

A command's module is imported when the command is called, so that every call pays for what it uses alone.
"""

import importlib
import signal
from collections.abc import Mapping

import click

from tallystick.native import __version__

__all__ = ["COMMANDS", "main"]

COMMANDS: Mapping[str, str] = {
    "audit": "tallystick.platform.auth.cli:audit",
    "backup": "tallystick.platform.store.cli:backup",
    "capture": "tallystick.capture.cli:capture",
    "catalog": "tallystick.catalog.cli:catalog",
    "demo": "tallystick.demo.cli:demo",
    "down": "tallystick.server.cli:down",
    "edge": "tallystick.edge.cli:edge",
    "inference": "tallystick.inference.cli:inference",
    "jobs": "tallystick.platform.jobs.cli:jobs",
    "linkage": "tallystick.linkage.cli:linkage",
    "log": "tallystick.platform.log.cli:log",
    "login-link": "tallystick.platform.auth.cli:login_link",
    "party": "tallystick.server.party_cli:party",
    "settings": "tallystick.server.cli:settings",
    "status": "tallystick.server.cli:status",
    "restore": "tallystick.platform.store.cli:restore_store",
    "token": "tallystick.platform.auth.cli:token",
    "up": "tallystick.server.cli:up",
    "worker": "tallystick.server.worker_cli:worker",
}
"""Each command and the place of its click object."""


class LazyGroup(click.Group):
    """Imports a command when it is needed, and tells what a person can mend in one line."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as error:
            from tallystick.server.mendable import MENDABLE

            if isinstance(error, MENDABLE):
                raise click.ClickException(str(error)) from error
            raise

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        """List the names without importing anything."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's own
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        if cmd_name == "up":
            # SIGHUP asks to read certificates again, which a start does anyway; until it can listen, it must not end.
            signal.signal(signal.SIGHUP, lambda *_: None)
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name]} is no command")
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tally")
def main() -> None:
    """Find what organisations have in common, without showing what they hold."""
