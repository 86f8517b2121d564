"""When each party was last heard of."""

import sqlalchemy as sa
from alembic import op

revision = "linkage_0002"
down_revision = "linkage_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of contacts."""
    op.create_table(
        "living_contact",
        sa.Column("linkage", sa.Text, primary_key=True),
        sa.Column("party", sa.Text, primary_key=True),
        sa.Column("heard_ms", sa.BigInteger, nullable=False),
    )
