"""The log's tables; `migrations/` makes them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

__all__ = ["batches", "groups", "metadata", "partitions", "sources", "topics"]

metadata = MetaData()

topics = Table(
    "log_topic",
    metadata,
    Column("name", Text, primary_key=True),
    Column("retention_ms", BigInteger),
    Column("retention_bytes", BigInteger),
    Column("compact", Boolean, nullable=False),
)

partitions = Table(
    "log_partition",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("topic", Text, ForeignKey("log_topic.name"), nullable=False),
    Column("partition", Integer, nullable=False),
    Column("start_offset", BigInteger, nullable=False),
    Column("end_offset", BigInteger, nullable=False),
    Column("compacted_offset", BigInteger, nullable=False),
    UniqueConstraint("topic", "partition"),
)

# Keyed by the last offset, so that "everything from an offset on" is one range of the index. Retention goes by
# `newest_ms`, when the newest record was appended: when it happened may be long ago, or in the future.
batches = Table(
    "log_batch",
    metadata,
    Column("partition_id", Integer, ForeignKey("log_partition.id"), primary_key=True),
    Column("last_offset", BigInteger, primary_key=True, autoincrement=False),
    Column("base_offset", BigInteger, nullable=False),
    Column("records", Integer, nullable=False),
    Column("newest_ms", BigInteger, nullable=False),
    Column("codec", SmallInteger, nullable=False),
    Column("checksum", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

groups = Table(
    "log_group",
    metadata,
    Column("name", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, nullable=False),
)

sources = Table(
    "log_source",
    metadata,
    Column("name", Text, primary_key=True),
    Column("offset", LargeBinary, nullable=False),
)
