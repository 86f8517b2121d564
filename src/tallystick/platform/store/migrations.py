"""Schema changes: one Alembic branch for each owner of tables, each with a version table of its own.

So a process that serves one capability upgrades that one, and is not disturbed by what others keep in the same store.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from tallystick.platform.store.errors import StoreVersionError

__all__ = ["PLATFORM", "Branch", "every_branch", "revisions", "upgrade", "upgrade_branch"]

TREE: Final = Path(__file__).parents[2]
LOCK: Final = 0x7A11_57C4  # any constant that no other user of the database takes for an advisory lock


@dataclass(frozen=True)
class Branch:
    """The migrations of one owner: the `package` holds `versions/`, one line of revisions."""

    name: str
    package: str

    @property
    def version_table(self) -> str:
        """Where the store remembers how far this branch has come."""
        return f"schema_{self.name}"

    def directory(self) -> Path:
        """Return where the revisions lie."""
        spec = find_spec(self.package)
        places = [Path(place) / "versions" for place in (spec.submodule_search_locations or ())] if spec else []
        return next(place for place in places if place.is_dir())


def _platform(part: str) -> Branch:
    return Branch(part, f"tallystick.platform.{part}.migrations")


PLATFORM: Final = tuple(
    _platform(part) for part in ("log", "jobs", "auth") if (Path(__file__).parents[1] / part / "migrations").is_dir()
)


def every_branch() -> tuple[Branch, ...]:
    """Find the branches of all owners of tables that this program is made with."""
    return tuple(_branch_of(versions.parent) for versions in sorted(TREE.rglob("migrations/versions")))


def _branch_of(migrations: Path) -> Branch:
    parts = migrations.relative_to(TREE.parent).parts
    owner = [part for part in parts if part not in ("adapters", "migrations")][-1]
    return Branch(owner, ".".join(parts))


def upgrade(connection: Connection, branches: Sequence[Branch]) -> None:
    """Run the missing revisions of the platform's and the given branches inside the open transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    for branch in (*PLATFORM, *branches):
        upgrade_branch(connection, branch)


def upgrade_branch(connection: Connection, branch: Branch, target: str = "head") -> None:
    """Bring one branch to `target`, a revision of it."""
    configuration = _configuration(branch)
    configuration.attributes |= {"connection": connection, "version_table": branch.version_table}
    try:
        command.upgrade(configuration, target)
    except CommandError as error:
        raise StoreVersionError(f"this version does not know the store's schema of {branch.name}: {error}") from error


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
