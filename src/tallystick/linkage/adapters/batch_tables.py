"""Tables of projects, parties and runs. Tokens are kept as SHA-256; times are milliseconds UTC."""

import sqlalchemy as sa

__all__ = ["party", "project", "run"]

metadata = sa.MetaData()

project = sa.Table(
    "linkage_project",
    metadata,
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

party = sa.Table(
    "linkage_project_party",
    metadata,
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

run = sa.Table(
    "linkage_run",
    metadata,
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
