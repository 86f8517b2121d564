"""The tables of services and revisions; `migrations/` makes them."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, Table, Text

__all__ = ["metadata", "revisions", "services"]

metadata = MetaData()

revisions = Table(
    "inference_revision",
    metadata,
    Column("id", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

services = Table(
    "inference_service",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("desired", Text, ForeignKey("inference_revision.id"), nullable=False),
    Column("serving", Text, ForeignKey("inference_revision.id")),
    Column("serving_version", Integer, nullable=False),
    Column("failure", Text, nullable=False),
)
