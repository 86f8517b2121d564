"""Insert rows, or replace those that have the same key; one statement on either database."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["upsert"]


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, key: Sequence[str]) -> None:
    """Write `rows`, all with the same columns; `key` names the columns of a unique constraint."""
    if not rows:
        return
    insert = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    replaced = {name: insert.excluded[name] for name in rows[0] if name not in key}
    if replaced:
        statement = insert.on_conflict_do_update(index_elements=list(key), set_=replaced)
    else:
        statement = insert.on_conflict_do_nothing(index_elements=list(key))
    connection.execute(statement, list(rows))
