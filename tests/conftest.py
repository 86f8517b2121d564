"""What several parts' tests need: a PostgreSQL server, and stores on either database."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from tests.vocabulary.postgres import Postgres, running

from tallystick.platform.store import Store

settings.register_profile("tallystick", deadline=None, max_examples=50)  # time on a shared machine proves nothing
settings.load_profile("tallystick")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Run one server for the whole session; its `wal_level` is logical."""
    directory = Path(tempfile.mkdtemp(prefix="tally-postgres-"))
    try:
        with running(directory) as server:
            yield server
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres: Postgres) -> str:
    """Give a new, empty PostgreSQL database."""
    return postgres.url(postgres.database())


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Give a file that is no database yet."""
    return f"sqlite:///{tmp_path / 'tally.db'}"


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    """Open a SQLite store that has the platform's tables."""
    opened = Store.open(sqlite_url)
    opened.upgrade()
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgres"])
def any_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Open a store on each database in turn; it has the platform's tables."""
    opened = Store.open(request.getfixturevalue(f"{request.param}_url"))
    opened.upgrade()
    yield opened
    opened.close()
