"""A registry's own tables: whose key is whose, and the matches told by the unit. They never leave the registry."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, MetaData, Table, Text

__all__ = ["contact", "cursors", "matches", "metadata", "pace", "people"]

metadata = MetaData()

people = Table(
    "registry_person",
    metadata,
    Column("record_key", Text, primary_key=True),
    Column("primary_key", Text, nullable=False),
    Column("row", Text, nullable=False),
    Column("generation", Integer, nullable=False),
)

matches = Table(
    "registry_match",
    metadata,
    Column("match", Text, primary_key=True),
    Column("record_key", Text, nullable=False),
    Column("other_party", Text, nullable=False),
    Column("other_key", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("probability", Float),
    Column("ended", Boolean, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Index("registry_match_by_change", "ended", "changed_ms"),
    Index("registry_match_by_key", "record_key"),
)

cursors = Table(
    "registry_cursor",
    metadata,
    Column("name", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
)

# Whether the unit answers, in one row: `since_ms` is when that began, `told_ms` when it was last seen to be so.
contact = Table(
    "registry_contact",
    metadata,
    Column("name", Text, primary_key=True),
    Column("answering", Boolean, nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    Column("told_ms", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
)

# How many change events reached the unit in each of the last intervals.
pace = Table(
    "registry_pace",
    metadata,
    Column("start_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("events", BigInteger, nullable=False),
)
