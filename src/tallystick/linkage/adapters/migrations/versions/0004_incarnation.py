"""Which linker made which events, so that a cursor tells the history that it was given in."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "linkage_0004"
down_revision = "linkage_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, with one incarnation for all events so far."""
    made = op.create_table(
        "living_incarnation",
        sa.Column("linkage", sa.Text, primary_key=True),
        sa.Column("after", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
    )
    progress = sa.table("living_progress", sa.column("linkage"))
    for linkage in op.get_bind().execute(sa.select(progress.c.linkage)).scalars().all():
        op.bulk_insert(made, [{"linkage": linkage, "after": 0, "name": secrets.token_hex(8)}])
