import click
import pytest
from click.testing import CliRunner

from tallystick.cli import COMMANDS, main


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_exists_and_tells_what_it_does(name: str) -> None:
    told = CliRunner().invoke(main, [name, "--help"])
    assert told.exit_code == 0
    assert told.output.startswith("Usage: ")


def test_an_unknown_command_is_named() -> None:
    told = CliRunner().invoke(main, ["linkagee"])
    assert told.exit_code == 2
    assert "linkagee" in told.output


def test_every_command_is_a_click_command() -> None:
    with click.Context(main) as context:
        assert all(isinstance(main.get_command(context, name), click.Command) for name in COMMANDS)
