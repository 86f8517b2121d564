"""An audit that takes the next entry alone: none before the first, and none in another's place."""

from alembic import op

revision = "auth_0002"
down_revision = "auth_0001"
branch_labels = None
depends_on = None

SQLITE_GUARD = """
CREATE TRIGGER auth_audit_INSERT BEFORE INSERT ON auth_audit
WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM auth_audit)
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
"""
POSTGRESQL_GUARD = """
CREATE OR REPLACE FUNCTION auth_audit_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.number IS DISTINCT FROM (SELECT coalesce(max(number), 0) + 1 FROM auth_audit) THEN
    RAISE EXCEPTION 'the audit is append-only';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER auth_audit_order BEFORE INSERT ON auth_audit
FOR EACH ROW EXECUTE FUNCTION auth_audit_next();
"""


def upgrade() -> None:
    """Guard the order of entries."""
    op.execute(SQLITE_GUARD if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_GUARD)
