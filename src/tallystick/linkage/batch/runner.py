"""What a worker does for a run."""

from collections.abc import Callable, Iterable

import msgspec

from tallystick.linkage.adapters import batch_store as rows
from tallystick.linkage.adapters.columns import ColumnFiles
from tallystick.linkage.batch.settings import BatchSettings
from tallystick.linkage.domain.batch.matching import TooManyCandidates, candidates, comparisons, groups, permutations
from tallystick.linkage.domain.batch.project import Project, ResultType, Run, RunState
from tallystick.linkage.domain.batch.results import score_bytes
from tallystick.native import MalformedInput
from tallystick.platform.jobs import JobContext, Jobs
from tallystick.platform.store import Store

__all__ = ["BatchRunner"]

TOO_MANY = "This run has created more than the global limit of candidate pairs."


class BatchRunner:
    """Compares a run's parties and keeps the result; a run that was cut off is done again and gives the same."""

    def __init__(
        self, store: Store, jobs: Jobs, files: ColumnFiles, settings: BatchSettings, clock: Callable[[], int]
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._files = files
        self._settings = settings
        self._clock = clock

    def __call__(self, context: JobContext, payload: bytes) -> bytes:
        """Do the run that the payload names, unless it was deleted."""
        run_id = payload.decode()
        with self._store.write() as connection:
            self._jobs.fence(context.job_id, context.epoch, within=connection)
            run = rows.find_run(connection, run_id)
            if run is None or (project := rows.find_project(connection, run.project)) is None:
                return b""
            started = run.started or self._clock()
            rows.change_run(connection, run_id, state=RunState.RUNNING.value, started=started)
        try:
            total = self._compute(context, project, run)
        except TooManyCandidates:
            self._end(context, run, state=RunState.ERROR, message=TOO_MANY)
        except MalformedInput as error:
            self._end(context, run, state=RunState.ERROR, message=str(error))
        else:
            self._end(context, run, state=RunState.COMPLETED, comparisons=total)
        return b""

    def _compute(self, context: JobContext, project: Project, run: Run) -> int:
        columns = [self._files.read_column(party.folder, party.size) for party in project.parties]
        total = comparisons(columns)

        def watch(done: int, _: int) -> None:
            context.progress(done, total, "comparisons")
            context.check()

        scores = project.result_type == ResultType.SIMILARITY_SCORES
        limit = self._settings.most_scores if scores else self._settings.most_candidates
        found = candidates(columns, run.threshold, limit=limit, threads=self._settings.threads, watch=watch)
        context.progress(total, total, "comparisons")
        if scores:
            return self._keep(run, [score_bytes(found)], total)
        sizes = [party.count for party in project.parties]
        solved = groups(found, sizes)
        if project.result_type == ResultType.GROUPS:
            return self._keep(run, [msgspec.json.encode({"groups": solved})], total)
        permuted = permutations(solved, sizes)
        return self._keep(run, [msgspec.json.encode({"places": permuted.places, "mask": permuted.mask})], total)

    def _keep(self, run: Run, pieces: Iterable[bytes], total: int) -> int:
        self._files.write_result(run.project, run.id, pieces)
        return total

    def _end(self, context: JobContext, run: Run, *, state: RunState, **changes: object) -> None:
        try:
            with self._store.write() as connection:
                self._jobs.fence(context.job_id, context.epoch, within=connection)
                rows.change_run(connection, run.id, state=state.value, completed=self._clock(), **changes)
        finally:
            self._forget_deleted(run)

    def _forget_deleted(self, run: Run) -> None:
        """Remove the result of a run that was deleted meanwhile; another worker's result of a kept one stays."""
        with self._store.read() as connection:
            kept = rows.find_run(connection, run.id) is not None
        if not kept:
            self._files.remove_run(run.project, run.id)
