from pathlib import Path

from sqlalchemy import inspect
from tests.vocabulary.living import BRANCH, Unit, bits, change

from tallystick.linkage.adapters.living_tables import metadata
from tallystick.platform.store import Store


def test_migrations_make_the_declared_tables(any_store: Store) -> None:
    any_store.upgrade([BRANCH])
    with any_store.read() as connection:
        found = inspect(connection)
        for table in metadata.tables.values():
            columns = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
            assert columns == {column.name: column.nullable for column in table.columns}
            assert found.get_pk_constraint(table.name)["constrained_columns"] == table.primary_key.columns.keys()


def test_linking_works_on_either_database(any_store: Store, tmp_path: Path) -> None:
    unit = Unit.at(tmp_path, store=any_store).founded()
    unit.send("north", "n1", change("ann", bits(1, 2, 3)), change("bob", bits(7, 8)))
    unit.send("south", "s1", change("anne", bits(1, 2, 3)))
    unit.complete()
    linker = unit.link()
    unit.send("north", "n2", change("ann", None, 2))
    unit.send("south", "s2", change("rob", bits(7, 8)))
    unit.link(linker)
    assert unit.pairs("bob", "rob") == {("bob", "rob")}
