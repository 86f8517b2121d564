"""Capture's tables; `migrations/` makes them."""

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text

__all__ = ["connectors", "metadata", "snapshots", "tasks"]

metadata = MetaData()

connectors = Table(
    "capture_connector",
    metadata,
    Column("name", Text, primary_key=True),
    Column("configuration", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("restarts", Integer, nullable=False),
)

tasks = Table(
    "capture_task",
    metadata,
    Column("connector", Text, primary_key=True),
    Column("worker", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("restarts", Integer, nullable=False),
    Column("lease_until_ms", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("trace", Text, nullable=False),
)

snapshots = Table(
    "capture_snapshot",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("connector", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("first_offset", BigInteger, nullable=False),
    Column("end_offset", BigInteger),
)
