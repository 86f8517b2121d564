"""Living linkages: parties, epochs, what was handed over, how far the linker is, and the matches."""

import sqlalchemy as sa
from alembic import op

revision = "linkage_0001"
down_revision = None
branch_labels = ("linkage",)
depends_on = None


def upgrade() -> None:
    """Make the tables of living linkages."""
    op.create_table(
        "living_linkage",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("threshold", sa.Float, nullable=False),
        sa.Column("grey_low", sa.Float, nullable=False),
        sa.Column("grey_high", sa.Float, nullable=False),
        sa.Column("schema_hash", sa.Text),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "living_party",
        sa.Column("linkage", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("joined_ms", sa.BigInteger),
    )
    op.create_table(
        "living_epoch",
        sa.Column("linkage", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("schema_hash", sa.Text, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("encoding_bytes", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("live_ms", sa.BigInteger),
    )
    op.create_table(
        "living_stream",
        sa.Column("linkage", sa.Text, primary_key=True),
        sa.Column("party", sa.Text, primary_key=True),
        sa.Column("epoch", sa.Text, primary_key=True),
        sa.Column("segment", sa.Integer, nullable=False),
        sa.Column("length", sa.BigInteger, nullable=False),
        sa.Column("complete_generation", sa.BigInteger),
        sa.Column("newest_generation", sa.BigInteger),
        sa.Column("newest_lsn", sa.BigInteger),
        sa.Column("newest_row", sa.BigInteger),
    )
    op.create_table(
        "living_entry",
        sa.Column("linkage", sa.Text, primary_key=True),
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("party", sa.Text, nullable=False),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.Column("batch", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("records", sa.Integer, nullable=False),
        sa.Column("generation", sa.BigInteger),
        sa.Column("segment", sa.Integer),
        sa.Column("start", sa.BigInteger),
        sa.Column("end", sa.BigInteger),
        sa.Column("received_ms", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("linkage", "party", "epoch", "batch"),
    )
    op.create_table(
        "living_snapshot",
        sa.Column("linkage", sa.Text, primary_key=True),
        sa.Column("party", sa.Text, primary_key=True),
        sa.Column("epoch", sa.Text, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("length", sa.BigInteger, nullable=False),
        sa.Column("complete_generation", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "living_progress",
        sa.Column("linkage", sa.Text, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("cursor", sa.BigInteger, nullable=False),
        sa.Column("figures", sa.LargeBinary, nullable=False),
        sa.Column("updated_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "living_graph",
        sa.Column("linkage", sa.Text, primary_key=True),
        sa.Column("epoch", sa.Text, primary_key=True),
        sa.Column("file", sa.Integer, nullable=False),
        sa.Column("length", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "living_match",
        sa.Column("linkage", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("cursor", sa.BigInteger, nullable=False),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("left_party", sa.Text, nullable=False),
        sa.Column("left_key", sa.LargeBinary, nullable=False),
        sa.Column("right_party", sa.Text, nullable=False),
        sa.Column("right_key", sa.LargeBinary, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("probability", sa.Float),
        sa.Column("evidence", sa.LargeBinary),
        sa.Column("ended", sa.Boolean, nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("living_match_by_cursor", "living_match", ["linkage", "cursor"])
