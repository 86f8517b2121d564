"""Contents, sources, where sources lie, and what occurs in them."""

import sqlalchemy as sa
from alembic import op

revision = "catalog_0001"
down_revision = None
branch_labels = ("catalog",)
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "catalog_content",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sha256", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("sha1", sa.LargeBinary, nullable=False),
        sa.Column("md5", sa.LargeBinary, nullable=False),
        sa.Column("crc32", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
    )
    op.create_index("catalog_content_sha1", "catalog_content", ["sha1"])
    op.create_index("catalog_content_md5", "catalog_content", ["md5"])
    op.create_table(
        "catalog_source",
        sa.Column("content_id", sa.Integer, sa.ForeignKey("catalog_content.id"), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("integrity", sa.Text, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger),
        sa.Column("depth", sa.Integer, nullable=False),
        sa.Column("reader", sa.Integer, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("added_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "catalog_location",
        sa.Column("uri", sa.Text, primary_key=True),
        sa.Column("source_id", sa.Integer, sa.ForeignKey("catalog_source.content_id"), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("modified_ns", sa.BigInteger, nullable=False),
        sa.Column("seen_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("catalog_location_source", "catalog_location", ["source_id"])
    op.create_table(
        "catalog_occurrence",
        sa.Column("source_id", sa.Integer, sa.ForeignKey("catalog_source.content_id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("path", sa.LargeBinary, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("content_id", sa.Integer, sa.ForeignKey("catalog_content.id")),
        sa.Column("target", sa.LargeBinary),
        sa.Column("mode", sa.Integer),
        sa.Column("modified_ms", sa.BigInteger),
    )
    op.create_index("catalog_occurrence_content", "catalog_occurrence", ["content_id"])
