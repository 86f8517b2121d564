"""Connectors, their tasks, and the snapshots of their topics."""

import sqlalchemy as sa
from alembic import op

revision = "capture_0001"
down_revision = None
branch_labels = ("capture",)
depends_on = None


def upgrade() -> None:
    """Make capture's tables."""
    op.create_table(
        "capture_connector",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("configuration", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("restarts", sa.Integer, nullable=False),
    )
    op.create_table(
        "capture_task",
        sa.Column("connector", sa.Text, primary_key=True),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("restarts", sa.Integer, nullable=False),
        sa.Column("lease_until_ms", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("trace", sa.Text, nullable=False),
    )
    op.create_table(
        "capture_snapshot",
        sa.Column("topic", sa.Text, primary_key=True),
        sa.Column("connector", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("first_offset", sa.BigInteger, nullable=False),
        sa.Column("end_offset", sa.BigInteger),
    )
