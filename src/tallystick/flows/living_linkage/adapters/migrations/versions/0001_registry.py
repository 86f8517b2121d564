"""A registry's people, matches and cursors."""

import sqlalchemy as sa
from alembic import op

revision = "living_linkage_0001"
down_revision = None
branch_labels = ("living_linkage",)
depends_on = None


def upgrade() -> None:
    """Make a registry's tables."""
    op.create_table(
        "registry_person",
        sa.Column("record_key", sa.Text, primary_key=True),
        sa.Column("primary_key", sa.Text, nullable=False),
        sa.Column("row", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
    )
    op.create_table(
        "registry_match",
        sa.Column("match", sa.Text, primary_key=True),
        sa.Column("record_key", sa.Text, nullable=False),
        sa.Column("other_party", sa.Text, nullable=False),
        sa.Column("other_key", sa.Text, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("probability", sa.Float),
        sa.Column("ended", sa.Boolean, nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("registry_match_by_change", "registry_match", ["ended", "changed_ms"])
    op.create_index("registry_match_by_key", "registry_match", ["record_key"])
    op.create_table(
        "registry_cursor",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("cursor", sa.Text, nullable=False),
    )
