"""Whether the unit answers, and how many changes reach it."""

import sqlalchemy as sa
from alembic import op

revision = "living_linkage_0002"
down_revision = "living_linkage_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of contact and pace."""
    op.create_table(
        "registry_contact",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("answering", sa.Boolean, nullable=False),
        sa.Column("since_ms", sa.BigInteger, nullable=False),
        sa.Column("told_ms", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "registry_pace",
        sa.Column("start_ms", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("events", sa.BigInteger, nullable=False),
    )
