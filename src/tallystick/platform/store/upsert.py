"""Insert rows, or replace those that have the same key; one statement on either database."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["upsert"]


def upsert(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str],
    replace: bool = True,
) -> int:
    """Write `rows`, all with the same columns, and return how many were written.

    `key` names the columns of a unique constraint; a row whose key is taken replaces the old one, or is left out when
    `replace` is false. One whose key another transaction is taking waits for the end of that.
    """
    if not rows:
        return 0
    insert = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    replaced = {name: insert.excluded[name] for name in rows[0] if name not in key}
    if replace and replaced:
        connection.execute(insert.on_conflict_do_update(index_elements=list(key), set_=replaced), list(rows))
        return len(rows)
    # What comes back is what was written; how many rows an insertion changed, not every driver can tell.
    written = insert.on_conflict_do_nothing(index_elements=list(key)).returning(*(table.c[name] for name in key))
    return len(connection.execute(written, list(rows)).all())
