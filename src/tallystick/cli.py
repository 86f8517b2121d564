"""The `tally` command: one group a capability, and the verbs of an organisation."""

import click

from tallystick.inference.cli import inference
from tallystick.native import __version__

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tally")
def main() -> None:
    """Find what organisations have in common, without showing what they hold."""


main.add_command(inference)
