"""A branch of migrations that only tests have."""

import sys
from pathlib import Path
from typing import Final

import pytest

from tallystick.platform.store import Branch

NOTES: Final = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "notes_{number}", {previous}, {labels}, None
def upgrade():
    op.create_table("note_{number}", sa.Column("id", sa.Integer, primary_key=True))
"""


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Branch:
    """Make a branch of two revisions in a package of its own."""
    versions = tmp_path / "notes_migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "1.py").write_text(NOTES.format(number=1, previous=None, labels=("notes",)))
    (versions / "2.py").write_text(NOTES.format(number=2, previous="'notes_1'", labels=None))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "notes_migrations", raising=False)
    return Branch("notes", "notes_migrations")
