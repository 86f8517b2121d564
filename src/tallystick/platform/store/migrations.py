"""Schema changes, run by Alembic; imported only where a store does not stand at its branches' heads."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from tallystick.platform.store.branches import Branch
from tallystick.platform.store.errors import StoreVersionError

__all__ = ["revisions", "upgrade", "upgrade_branch"]

LOCK: Final = 0x7A11_57C4  # any constant that no other user of the database takes for an advisory lock


def upgrade(connection: Connection, branches: Sequence[Branch]) -> None:
    """Run the missing revisions of the branches inside the open transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    for branch in branches:
        upgrade_branch(connection, branch)


def upgrade_branch(connection: Connection, branch: Branch, target: str = "head") -> None:
    """Bring one branch to `target`, a revision of it."""
    configuration = _configuration(branch)
    configuration.attributes |= {"connection": connection, "version_table": branch.version_table}
    try:
        command.upgrade(configuration, target)
    except CommandError as error:
        made = f"a newer version made it, run that one: this one does not know the store's schema of {branch.name}"
        raise StoreVersionError(f"{made}: {error}") from error


def revisions(branch: Branch) -> list[str]:
    """List the revisions of a branch, oldest first."""
    script = ScriptDirectory.from_config(_configuration(branch))
    return [revision.revision for revision in reversed(list(script.walk_revisions()))]


def _configuration(branch: Branch) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).with_name("alembic")).replace("%", "%%"))
    configuration.set_main_option("path_separator", "newline")
    configuration.set_main_option("version_locations", str(branch.directory()).replace("%", "%%"))
    return configuration
