"""Upgrades: from every revision, of every branch, by several processes at once."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from tests.vocabulary.postgres import Postgres

from tallystick.platform.log.tables import metadata
from tallystick.platform.store import Branch, Store, StoreVersionError
from tallystick.platform.store.branches import every_branch
from tallystick.platform.store.migrations import revisions, upgrade_branch

Shape = dict[str, list[str]]


def shape(store: Store) -> Shape:
    """Tell the columns of each table, the types and what may be null."""
    with store.read() as connection:
        inspector = inspect(connection)
        described = {name: inspector.get_columns(name) for name in inspector.get_table_names()}
    return {
        name: sorted(f"{c['name']} {c['type']} {c['nullable']}" for c in found) for name, found in described.items()
    }


@pytest.fixture(scope="module")
def newest(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shape]:
    """Upgrade an empty store on each database in one go, and tell its shape."""
    file = tmp_path_factory.mktemp("newest") / "tally.db"
    urls = {"sqlite": f"sqlite:///{file}", "postgres": postgres.url(postgres.database())}
    stores = {name: Store.open(url) for name, url in urls.items()}
    shapes = {}
    for name, store in stores.items():
        store.upgrade(every_branch())
        shapes[name] = shape(store)
        store.close()
    return shapes


def tables(store: Store) -> set[str]:
    with store.read() as connection:
        return set(inspect(connection).get_table_names())


def test_upgrades_every_branch(any_store: Store, notes: Branch) -> None:
    any_store.upgrade([notes])
    assert {"log_batch", "note_1", "note_2"} <= tables(any_store)


STEPS = [(branch, step) for branch in every_branch() for step in revisions(branch)]


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
@pytest.mark.parametrize(("branch", "revision"), STEPS, ids=[revision for _, revision in STEPS])
def test_upgrades_from_every_revision(
    branch: Branch, revision: str, database: str, newest: dict[str, Shape], request: pytest.FixtureRequest
) -> None:
    store = Store.open(request.getfixturevalue(f"{database}_url"))
    with store.write() as connection:
        upgrade_branch(connection, branch, revision)
    store.upgrade(every_branch())
    assert shape(store) == newest[database]
    store.close()


def test_goes_on_from_the_middle_of_a_branch(any_store: Store, notes: Branch) -> None:
    with any_store.write() as connection:
        upgrade_branch(connection, notes, "notes_1")
    assert "note_2" not in tables(any_store)
    any_store.upgrade([notes])
    assert "note_2" in tables(any_store)


def test_leaves_the_branches_of_others_alone(any_store: Store, notes: Branch) -> None:
    any_store.upgrade([notes])
    any_store.upgrade()
    assert "note_2" in tables(any_store)


def test_leaves_nothing_of_a_failed_upgrade(any_store: Store, notes: Branch, tmp_path: Path) -> None:
    broken = tmp_path / "notes_migrations" / "versions" / "2.py"
    broken.write_text(broken.read_text() + "    raise ZeroDivisionError\n")
    with pytest.raises(ZeroDivisionError):
        any_store.upgrade([notes])
    assert not {"note_1", "note_2"} & tables(any_store)


def test_refuses_a_schema_of_the_future(any_store: Store, notes: Branch, tmp_path: Path) -> None:
    any_store.upgrade([notes])
    (tmp_path / "notes_migrations" / "versions" / "2.py").unlink()
    with pytest.raises(StoreVersionError, match="notes_2"):
        any_store.upgrade([notes])


def test_migrations_make_the_tables_that_the_log_uses(any_store: Store) -> None:
    with any_store.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: kind != "table" or str(name).startswith("log_")}
        )
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_lets_processes_upgrade_at_once(database: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue(f"{database}_url")
    program = f"from tallystick.platform.store import Store; Store.open({url!r}).upgrade()"
    starts = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(3)]
    assert [start.wait(60) for start in starts] == [0, 0, 0]
