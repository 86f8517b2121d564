"""Topics, partitions, record batches, and the offsets of groups and sources."""

import sqlalchemy as sa
from alembic import op

revision = "log_0001"
down_revision = None
branch_labels = ("log",)
depends_on = None


def upgrade() -> None:
    """Make the log's tables."""
    op.create_table(
        "log_topic",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("retention_ms", sa.BigInteger),
        sa.Column("retention_bytes", sa.BigInteger),
        sa.Column("compact", sa.Boolean, nullable=False),
    )
    op.create_table(
        "log_partition",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("topic", sa.Text, sa.ForeignKey("log_topic.name"), nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("start_offset", sa.BigInteger, nullable=False),
        sa.Column("end_offset", sa.BigInteger, nullable=False),
        sa.Column("compacted_offset", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("topic", "partition"),
    )
    op.create_table(
        "log_batch",
        sa.Column("partition_id", sa.Integer, sa.ForeignKey("log_partition.id"), primary_key=True),
        sa.Column("last_offset", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("base_offset", sa.BigInteger, nullable=False),
        sa.Column("records", sa.Integer, nullable=False),
        sa.Column("newest_ms", sa.BigInteger, nullable=False),
        sa.Column("codec", sa.SmallInteger, nullable=False),
        sa.Column("checksum", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "log_group",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("topic", sa.Text, primary_key=True),
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "log_source",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("offset", sa.LargeBinary, nullable=False),
    )
