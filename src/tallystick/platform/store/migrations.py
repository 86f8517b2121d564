"""Schema changes: one Alembic branch for each owner of tables."""

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

__all__ = ["PLATFORM", "Branch", "revisions", "upgrade"]

LOCK: Final = 0x7A11_57C4  # any constant that no other user of the database takes for an advisory lock


@dataclass(frozen=True)
class Branch:
    """The migrations of one owner: `package` holds `versions/`, whose first revision is labelled `name`."""

    name: str
    package: str

    def directory(self) -> Path | None:
        """Where the revisions lie; None while the owner has no tables."""
        try:
            spec = find_spec(self.package)
        except ModuleNotFoundError:
            return None
        locations = list(spec.submodule_search_locations or ()) if spec else []
        return next((path for path in (Path(place) / "versions" for place in locations) if path.is_dir()), None)


PLATFORM: Final = tuple(Branch(part, f"tallystick.platform.{part}.migrations") for part in ("log", "jobs", "auth"))


def upgrade(connection: Connection, branches: Sequence[Branch], target: str = "heads") -> None:
    """Run the missing revisions of the platform's and the given branches inside the open transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    configuration = _configuration(branches)
    configuration.attributes["connection"] = connection
    try:
        command.upgrade(configuration, target)
    except CommandError as error:
        raise StoreVersionError(f"the store's schema is not one that this version knows: {error}") from error


def revisions(branches: Sequence[Branch]) -> list[str]:
    """List every revision that can be upgraded to, oldest first."""
    script = ScriptDirectory.from_config(_configuration(branches))
    return [revision.revision for revision in reversed(list(script.walk_revisions()))]


def _configuration(branches: Sequence[Branch]) -> Config:
    found = [directory for branch in (*PLATFORM, *branches) if (directory := branch.directory())]
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).with_name("alembic")))
    configuration.set_main_option("path_separator", "newline")
    configuration.set_main_option("version_locations", "\n".join(str(path) for path in found).replace("%", "%%"))
    return configuration
