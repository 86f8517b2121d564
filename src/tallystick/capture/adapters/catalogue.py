"""What PostgreSQL's catalogue says of tables: which there are, their columns, keys and replica identities."""

import json
import re
from dataclasses import dataclass
from typing import Final

from tallystick.capture.adapters.sessions import literal, translated
from tallystick.capture.domain.selection import Selection
from tallystick.native.capture import CapturedTable, PostgresSession

__all__ = ["SourceTable", "describe", "tables", "topic_of"]

_ILLEGAL = re.compile(r"[^A-Za-z0-9._-]")

_TABLES: Final = """
SELECT n.nspname, c.relname, c.relreplident,
       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence = 'p'
ORDER BY 1, 2
"""

# A domain stands as its base type; generated columns are not in the stream, so they are left out of snapshots too.
_COLUMNS: Final = """
SELECT a.attname, b.typname,
       CASE WHEN t.typtype = 'd' AND a.atttypmod = -1 THEN t.typtypmod ELSE a.atttypmod END,
       (SELECT array_to_json(array_agg(e.enumlabel ORDER BY e.enumsortorder)) FROM pg_enum e WHERE e.enumtypid = b.oid),
       NOT a.attnotnull,
       pg_get_expr(d.adbin, d.adrelid),
       a.attidentity <> '',
       array_position(i.indkey::int2[], a.attnum)
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
WHERE n.nspname = {schema} AND c.relname = {table} AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY a.attnum
"""


@dataclass(frozen=True)
class SourceTable:
    """A table that may be captured."""

    schema: str
    name: str
    identity: str
    has_key: bool

    @property
    def full_name(self) -> str:
        """Its name as lists and messages write it."""
        return f"{self.schema}.{self.name}"


def tables(session: PostgresSession, selection: Selection) -> list[SourceTable]:
    """List the selected tables."""
    with translated():
        rows = session.query(_TABLES)
    found = (SourceTable(str(schema), str(name), str(identity), key == "t") for schema, name, identity, key in rows)
    return [table for table in found if selection.takes(table.schema, table.name)]


def describe(session: PostgresSession, prefix: str, schema: str, table: str) -> CapturedTable:
    """Describe a table's columns and key."""
    with translated():
        rows = session.query(_COLUMNS.format(schema=literal(schema), table=literal(table)))
    columns = []
    key: list[tuple[int, str]] = []
    for name, kind, modifier, labels, optional, default, identity, place in rows:
        expression = default or ("nextval" if identity == "t" else None)
        columns.append((str(name), str(kind), int(modifier or -1), _labels(labels), optional == "t", expression))
        if place is not None:
            key.append((int(place), str(name)))
    return CapturedTable(
        topic=topic_of(prefix, schema, table),
        schema=schema,
        name=table,
        columns=columns,
        key=[name for _, name in sorted(key)],
    )


def topic_of(prefix: str, schema: str, table: str) -> str:
    """Name the topic of a table; what no topic's name may hold becomes `_`."""
    return _ILLEGAL.sub("_", f"{prefix}.{schema}.{table}")


def _labels(text: str | None) -> list[str]:
    return [] if text is None else [str(label) for label in json.loads(text)]
