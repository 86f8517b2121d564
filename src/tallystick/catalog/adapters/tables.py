"""The tables of contents, sources and occurrences; `migrations/` makes them. Digests are bytes, paths are bytes."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text

__all__ = ["contents", "locations", "metadata", "occurrences", "sources"]

metadata = MetaData()

contents = Table(
    "catalog_content",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", LargeBinary, nullable=False, unique=True),
    Column("sha1", LargeBinary, nullable=False),
    Column("md5", LargeBinary, nullable=False),
    Column("crc32", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Index("catalog_content_sha1", "sha1"),
    Index("catalog_content_md5", "md5"),
)

sources = Table(
    "catalog_source",
    metadata,
    Column("content_id", Integer, ForeignKey("catalog_content.id"), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("integrity", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Column("position", BigInteger),
    Column("depth", Integer, nullable=False),
    Column("reader", Integer, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("added_ms", BigInteger, nullable=False),
)

locations = Table(
    "catalog_location",
    metadata,
    Column("uri", Text, primary_key=True),
    Column("source_id", Integer, ForeignKey("catalog_source.content_id"), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("modified_ns", BigInteger, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
    Index("catalog_location_source", "source_id"),
)

occurrences = Table(
    "catalog_occurrence",
    metadata,
    Column("source_id", Integer, ForeignKey("catalog_source.content_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("path", LargeBinary, nullable=False),
    Column("type", Text, nullable=False),
    Column("content_id", Integer, ForeignKey("catalog_content.id")),
    Column("target", LargeBinary),
    Column("mode", Integer),
    Column("modified_ms", BigInteger),
    Index("catalog_occurrence_content", "content_id"),
)
