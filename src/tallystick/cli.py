"""The `tally` command: one group a capability, and the verbs of an organisation."""

import click

from tallystick.capture.cli import capture
from tallystick.edge.cli import edge
from tallystick.inference.cli import inference
from tallystick.native import __version__
from tallystick.platform.auth.cli import audit, login_link, token
from tallystick.platform.jobs.cli import jobs
from tallystick.platform.log.cli import log

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tally")
def main() -> None:
    """Find what organisations have in common, without showing what they hold."""


main.add_command(audit)
main.add_command(capture)
main.add_command(edge)
main.add_command(inference)
main.add_command(jobs)
main.add_command(log)
main.add_command(login_link)
main.add_command(token)
