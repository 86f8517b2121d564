"""Remove the files that no row speaks of: what kills cut off, and what was kept while its project was deleted."""

import time
from dataclasses import dataclass
from typing import Final

from tallystick.linkage.adapters import batch_store as rows
from tallystick.linkage.adapters.columns import ColumnFiles
from tallystick.platform.store import Store

__all__ = ["Sweep"]

DAY_S: Final = 86_400


@dataclass(frozen=True)
class Sweep:
    """Looks at the files first and at the rows afterwards, so that whoever works meanwhile loses nothing."""

    store: Store
    files: ColumnFiles

    def __call__(self, *, older_than_s: float = DAY_S) -> int:
        """Remove files of deleted projects and runs, and uploads unchanged for so long; return how many of them."""
        before = time.time() - older_than_s
        return sum(self._project(project, before) for project in self.files.projects())

    def _project(self, name: str, before: float) -> int:
        uploads, results = self.files.uploads(name, before), self.files.results(name)
        with self.store.read() as connection:
            project = rows.find_project(connection, name)
            runs = {run.id for run in rows.runs(connection, name)}
        if project is None:
            self.files.remove_project(name)
            return 1
        stale = set(uploads) - {party.folder for party in project.parties}
        gone = set(results) - runs
        for upload in stale:
            self.files.remove_upload(upload)
        for run in gone:
            self.files.remove_run(name, run)
        return len(stale) + len(gone) + self.files.remove_parts(name, before)
