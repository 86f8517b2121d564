"""A unit, and two registries that have joined it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.vocabulary.parties import Hospital, Study
from tests.vocabulary.parties import study as opened
from tests.vocabulary.postgres import Postgres


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Study]:
    """Open a unit with a linkage of North and South."""
    with opened(tmp_path / "unit") as made:
        yield made


def _hospital(name: str, directory: Path, postgres: Postgres) -> Iterator[Hospital]:
    made = Hospital(name, directory / name, postgres.url(postgres.database()))
    yield made
    made.close()


@pytest.fixture
def north(tmp_path: Path, postgres: Postgres) -> Iterator[Hospital]:
    """Give a registry with a database without a table."""
    yield from _hospital("north", tmp_path, postgres)


@pytest.fixture
def south(tmp_path: Path, postgres: Postgres) -> Iterator[Hospital]:
    """Give another one."""
    yield from _hospital("south", tmp_path, postgres)
