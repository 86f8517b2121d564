"""No two parties, and no two epochs, of a linkage have one ordinal; and who declared an epoch first."""

import sqlalchemy as sa
from alembic import op

revision = "linkage_0003"
down_revision = "linkage_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give new ordinals where two came at once and took the same one, in the order in which they were listed."""
    for table, name in (("living_party", "name"), ("living_epoch", "id")):
        numbered = sa.table(table, sa.column("linkage"), sa.column(name), sa.column("ordinal"))
        _number(numbered, numbered.c[name])
        op.create_index(f"{table}_by_ordinal", table, ["linkage", "ordinal"], unique=True)
    op.add_column("living_epoch", sa.Column("declared_by", sa.Text))


def _number(table: sa.TableClause, name: sa.ColumnClause[str]) -> None:
    connection, places = op.get_bind(), dict[str, int]()
    listed = sa.select(table.c.linkage, name, table.c.ordinal).order_by(table.c.linkage, table.c.ordinal, name)
    for linkage, named, ordinal in connection.execute(listed).all():
        place = places[linkage] = places.get(linkage, -1) + 1
        if place != ordinal:
            row = (table.c.linkage == linkage) & (name == named)
            connection.execute(sa.update(table).where(row).values(ordinal=place))
