"""Projects, their parties and their runs."""

import sqlalchemy as sa
from alembic import op

revision = "linkage_batch_0001"
down_revision = None
branch_labels = ("linkage_batch",)
depends_on = None


def upgrade() -> None:
    """Make the tables of batch linkage."""
    op.create_table(
        "linkage_project",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("schema", sa.JSON, nullable=False),
        sa.Column("result_type", sa.Text, nullable=False),
        sa.Column("uses_blocking", sa.Boolean, nullable=False),
        sa.Column("result_token", sa.LargeBinary, nullable=False),
        sa.Column("message", sa.Text),
        sa.Column("added", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "linkage_project_party",
        sa.Column("project", sa.Text, sa.ForeignKey("linkage_project.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("update_token", sa.LargeBinary, nullable=False),
        sa.Column("receipt_token", sa.LargeBinary),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("message", sa.Text),
    )
    op.create_table(
        "linkage_run",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("project", sa.Text, sa.ForeignKey("linkage_project.id"), nullable=False, index=True),
        sa.Column("threshold", sa.Float, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("added", sa.BigInteger, nullable=False),
        sa.Column("started", sa.BigInteger),
        sa.Column("completed", sa.BigInteger),
        sa.Column("comparisons", sa.BigInteger),
        sa.Column("job", sa.Text),
        sa.Column("message", sa.Text),
    )
