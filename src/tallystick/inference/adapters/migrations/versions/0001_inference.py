"""Services and their revisions."""

import sqlalchemy as sa
from alembic import op

revision = "inference_0001"
down_revision = None
branch_labels = ("inference",)
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "inference_revision",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "inference_service",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("desired", sa.Text, sa.ForeignKey("inference_revision.id"), nullable=False),
        sa.Column("serving", sa.Text, sa.ForeignKey("inference_revision.id")),
        sa.Column("serving_version", sa.Integer, nullable=False),
        sa.Column("failure", sa.Text, nullable=False),
    )
