"""What PostgreSQL's catalogue says of tables: which there are, their columns, keys and replica identities."""

import json
from dataclasses import dataclass
from typing import Final

from tallystick.capture.adapters.sessions import literal, translated
from tallystick.capture.domain.identity import ReplicaIdentity
from tallystick.capture.domain.selection import Selection
from tallystick.capture.domain.topics import topic_of
from tallystick.native.capture import CapturedTable, NewRelation, PostgresSession

__all__ = ["SourceTable", "describe", "tables"]

_TABLES: Final = """
SELECT c.oid, n.nspname, c.relname, c.relreplident,
       EXISTS (SELECT FROM pg_index k WHERE k.indrelid = c.oid AND k.indisprimary AND k.indimmediate),
       EXISTS (
           SELECT FROM pg_index k JOIN pg_index i USING (indrelid)
           WHERE k.indrelid = c.oid AND k.indisprimary AND i.indisreplident
             AND (k.indkey::int2[])[0:k.indnkeyatts - 1] <@ (i.indkey::int2[])[0:i.indnkeyatts - 1]
       )
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence = 'p'
ORDER BY 2, 3
"""

_NAMED: Final = """(
    SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = {schema} AND c.relname = {name}
)"""

# Generated columns are not in the stream, so they are left out of snapshots too.
_COLUMNS: Final = """
SELECT a.attname, a.atttypid, a.atttypmod, NOT a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity <> '',
       array_position((i.indkey::int2[])[0:i.indnkeyatts - 1], a.attnum)
FROM pg_attribute a
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
WHERE a.attrelid = {table} AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY a.attnum
"""

# A domain stands as its base type, however many domains lie between. A name is trusted where nobody else can give it:
# in the system's own schema, and for the base types of extensions.
_TYPES: Final = """
WITH RECURSIVE resolved (type, base, modifier) AS (
    SELECT oid, oid, -1 FROM pg_type WHERE oid = ANY ({types}::oid[])
    UNION ALL
    SELECT r.type, t.typbasetype, CASE WHEN r.modifier = -1 THEN t.typtypmod ELSE r.modifier END
    FROM resolved r JOIN pg_type t ON t.oid = r.base
    WHERE t.typtype = 'd'
)
SELECT r.type,
       CASE WHEN b.typnamespace = 'pg_catalog'::regnamespace OR b.typtype = 'b' AND b.typname IN ('citext', 'ltree')
            THEN b.typname ELSE '' END,
       r.modifier,
       (SELECT array_to_json(array_agg(e.enumlabel ORDER BY e.enumsortorder)) FROM pg_enum e WHERE e.enumtypid = b.oid)
FROM resolved r JOIN pg_type b ON b.oid = r.base
WHERE b.typtype <> 'd'
"""


@dataclass(frozen=True)
class SourceTable:
    """A table that may be captured; `id` is its object id."""

    id: int
    schema: str
    name: str
    identity: ReplicaIdentity

    @property
    def full_name(self) -> str:
        """Its name as lists and messages write it."""
        return f"{self.schema}.{self.name}"


def tables(session: PostgresSession, selection: Selection) -> list[SourceTable]:
    """List the selected tables."""
    with translated():
        rows = session.query(_TABLES)
    found = (
        SourceTable(int(str(table)), str(schema), str(name), ReplicaIdentity(str(letter), key == "t", index == "t"))
        for table, schema, name, letter, key, index in rows
    )
    return [table for table in found if selection.takes(table.schema, table.name)]


def describe(session: PostgresSession, prefix: str, table: SourceTable | NewRelation) -> CapturedTable:
    """Describe a table's columns, their types and its key as they are now; one that is gone has no columns.

    A relation of the stream is found by its object id, since the table may have another name by now; it brings types
    that its columns may no longer have.
    """
    if isinstance(table, NewRelation):
        found, told = str(table.id), table.types
    else:
        found, told = _NAMED.format(schema=literal(table.schema), name=literal(table.name)), []
    with translated():
        rows = session.query(_COLUMNS.format(table=found))
    columns = []
    key: list[tuple[int, str]] = []
    for name, kind, modifier, optional, default, identity, place in rows:
        expression = default or ("nextval" if identity == "t" else None)
        columns.append((str(name), int(str(kind)), int(modifier or -1), optional == "t", expression))
        if place is not None:
            key.append((int(place), str(name)))
    return CapturedTable(
        topic=topic_of(prefix, table.schema, table.name),
        schema=table.schema,
        name=table.name,
        columns=columns,
        types=_types(session, {kind for _, kind, *_ in columns} | set(told)),
        key=[name for _, name in sorted(key)],
    )


def _types(session: PostgresSession, wanted: set[int]) -> list[tuple[int, str, int, list[str]]]:
    listed = literal("{" + ",".join(map(str, wanted)) + "}")
    with translated():
        rows = session.query(_TYPES.format(types=listed))
    return [(int(str(kind)), str(name), int(str(modifier)), _labels(labels)) for kind, name, modifier, labels in rows]


def _labels(text: str | None) -> list[str]:
    return [] if text is None else [str(label) for label in json.loads(text)]
