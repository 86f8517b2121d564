"""The owners of tables: a line of revisions each, remembered in a version table of its own.

So a process that serves one capability upgrades that one, and is not disturbed by what others keep in the same store.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

__all__ = ["PLATFORM", "Branch", "every_branch", "stand_at_heads"]

TREE: Final = Path(__file__).parents[2]


@dataclass(frozen=True)
class Branch:
    """The migrations of one owner: the `package` holds `versions/`, one line of revisions.

    The file `0002_what.py` holds the revision `NAME_0002`, so that the newest is known without running any.
    """

    name: str
    package: str

    @property
    def version_table(self) -> str:
        """Where the store remembers how far this branch has come."""
        return f"schema_{self.name}"

    @property
    def head(self) -> str:
        """The newest revision."""
        newest = max(file.stem for file in self.directory().glob("[0-9]*.py"))
        return f"{self.name}_{newest.partition('_')[0]}"

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders of the data directory that the rows refer to: the package's `FOLDERS`."""
        return tuple(getattr(import_module(self.package), "FOLDERS", ()))

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
    return tuple(_branch_of(versions.parent) for versions in sorted(TREE.rglob("*migrations/versions")))


def _branch_of(migrations: Path) -> Branch:
    """Name a branch after its owner, and after its part of the owner: `linkage/adapters/batch_migrations`."""
    *places, last = migrations.relative_to(TREE.parent).parts
    owner = [place for place in places if place != "adapters"][-1]
    part = last.removesuffix("migrations").rstrip("_")
    return Branch(f"{owner}_{part}" if part else owner, ".".join((*places, last)))


def stand_at_heads(connection: Connection, branches: Sequence[Branch]) -> bool:
    """Tell whether every branch stands at its newest revision."""
    try:
        return all(
            connection.execute(text(f"SELECT version_num FROM {branch.version_table}")).scalar() == branch.head  # noqa: S608 -- our own names
            for branch in branches
        )
    except DBAPIError:  # no such table
        return False
