"""`tally demo`: the main job on one machine."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import click

from tallystick.demo.errors import DemoError
from tallystick.platform.settings import SettingsError
from tallystick.platform.store import StoreError
from tallystick.platform.supervisor import SupervisorError

__all__ = ["demo"]

data_dir_option = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("tally-demo"),
    show_default=True,
    help="Directory of the three organisations; the same one again goes on.",
)


@click.group(invoke_without_command=True)
@data_dir_option
@click.option("--wait/--no-wait", default=True, show_default=True, help="Go on living until Ctrl-C after the summary.")
@click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False), help="Write every figure to this file, JSON."
)
@click.option("--people", type=click.IntRange(10, 5000), default=5000, show_default=True, help="People a registry.")
@click.option("--changes", type=click.IntRange(0, 1000), default=100, show_default=True, help="Measured changes.")
@click.pass_context
def demo(context: click.Context, data_dir: Path, wait: bool, report: Path | None, people: int, changes: int) -> None:
    """Run two registries and a linkage unit on this machine, linked live."""
    if context.invoked_subcommand is None:
        from tallystick.demo.performance import Performance

        _check(report, data_dir)
        performance = Performance(data_dir.absolute(), wait=wait, report=report, people=people, changes=changes)
        _explain(performance.run)


@demo.command()
@data_dir_option
def change(data_dir: Path) -> None:
    """Make one change in a running demo and show what it does to a match."""
    from tallystick.demo.performance import change_once

    _explain(lambda: change_once(data_dir.absolute()))


def _check(report: Path | None, data_dir: Path) -> None:
    """Refuse a report that could not be written, before the run that it is about; the demo makes its own folder."""
    if report is None or report.absolute().parent == data_dir.absolute():
        return
    if not os.access(report.absolute().parent, os.W_OK | os.X_OK):
        raise click.BadParameter(f"{report}: no file can be written there", param_hint="--report")


def _explain(work: Callable[[], int]) -> None:
    try:
        code = work()
    except (DemoError, SettingsError, StoreError, SupervisorError, OSError) as error:
        raise click.ClickException(str(error)) from error
    sys.exit(code)
