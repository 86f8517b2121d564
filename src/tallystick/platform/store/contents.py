"""What a store's database holds: the tables of all owners, and the tables that say how far their schemas are."""

from sqlalchemy import Connection, MetaData, Table

__all__ = ["contents", "version_tables"]

VERSION_COLUMNS = ["version_num"]  # Alembic's


def contents(connection: Connection) -> list[Table]:
    """Return the owners' tables, each after those that it refers to."""
    return [table for table in _all(connection) if table.columns.keys() != VERSION_COLUMNS]


def version_tables(connection: Connection) -> list[Table]:
    """Return the tables that hold a branch's revision."""
    return [table for table in _all(connection) if table.columns.keys() == VERSION_COLUMNS]


def _all(connection: Connection) -> list[Table]:
    metadata = MetaData()
    metadata.reflect(connection)
    return metadata.sorted_tables
