"""Which batches are withheld from linking, because they would bring more candidates than may be."""

import sqlalchemy as sa
from alembic import op

revision = "linkage_0005"
down_revision = "linkage_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Withhold nothing of what is there."""
    op.add_column("living_entry", sa.Column("withheld", sa.Boolean, nullable=False, server_default=sa.false()))
