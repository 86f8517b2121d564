"""The use cases of batch linkage."""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from tallystick.linkage.adapters import batch_store as rows
from tallystick.linkage.adapters.columns import ColumnFiles
from tallystick.linkage.batch.errors import (
    AccessRefused,
    BlockingMismatch,
    ProjectFaulty,
    ProjectInvalid,
    RunFailed,
    RunIncomplete,
    TokenUsed,
    UploadRefused,
)
from tallystick.linkage.batch.settings import BatchSettings
from tallystick.linkage.domain.batch import uploads
from tallystick.linkage.domain.batch.project import (
    Party,
    PartyState,
    Project,
    ResultType,
    Run,
    RunState,
    encoding_problem,
)
from tallystick.linkage.domain.batch.results import score_json
from tallystick.platform.jobs import Job, JobNotFoundError, Jobs, JobState, Retry
from tallystick.platform.store import Connection, Store

__all__ = ["KIND", "BatchService", "Created", "Progress"]

KIND = "linkage.run"
RETRY = Retry(attempts=10, first_s=0.1, longest_s=5.0)
FAILED = "Run failed with an internal server error."


class Created(msgspec.Struct, frozen=True):
    """The tokens of a new project; only their digests are kept."""

    project_id: str
    result_token: str
    update_tokens: list[str]


class Progress(msgspec.Struct, frozen=True):
    """A run, its project, and how many of its pairs are compared."""

    project: Project
    run: Run
    done: int = 0
    total: int | None = None


class BatchService:
    """Projects, uploads, runs and results; every call names the token that opens the project."""

    def __init__(
        self, store: Store, jobs: Jobs, files: ColumnFiles, settings: BatchSettings, clock: Callable[[], int]
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._files = files
        self._settings = settings
        self._clock = clock

    def create(
        self,
        *,
        schema: dict[str, Any],
        result_type: ResultType,
        parties: int = 2,
        name: str = "",
        notes: str = "",
        uses_blocking: bool = False,
    ) -> Created:
        """Make a project and its tokens."""
        if parties > 2 and result_type != ResultType.GROUPS:
            raise ProjectInvalid("Multi-party linkage requires result type 'groups'.")
        tokens = [_code() for _ in range(parties)]
        project = Project(
            id=_code(),
            name=name,
            notes=notes,
            schema=schema,
            result_type=result_type,
            uses_blocking=uses_blocking,
            parties=tuple(Party(position=place, state=PartyState.NOT_STARTED) for place in range(parties)),
        )
        result_token = _code()
        with self._store.write() as connection:
            rows.add_project(connection, project, _digest(result_token), [*map(_digest, tokens)], self._clock())
        return Created(project.id, result_token, tokens)

    def projects(self) -> list[tuple[str, int]]:
        """List every project's id and the time it was added."""
        with self._store.read() as connection:
            return rows.projects(connection)

    def rate(self) -> int:
        """Return the pairs compared a second by the last completed run, or 1."""
        with self._store.read() as connection:
            last = rows.last_completed(connection)
        if last is None or not last.comparisons or last.started is None or last.completed is None:
            return 1
        return max(1, last.comparisons * 1000 // max(1, last.completed - last.started))

    def project(self, project_id: str, token: str) -> Project:
        """Describe a project to its analyst, or, where results are permutations, to a party with a receipt."""
        with self._store.read() as connection:
            return self._readable(connection, project_id, token)

    def upload(self, project_id: str, token: str, body: Mapping[str, Any]) -> str:
        """Take a party's encodings in one of the JSON shapes; return a receipt token.

        Encodings that turn out unusable put the party in error, as in the reference; the token stays good.
        """
        project, position = self._open_upload(project_id, token)
        if uploads.is_empty(body):
            raise UploadRefused("Missing CLKs information")
        if uploads.carries_blocks(body) != project.uses_blocking:
            raise BlockingMismatch(expected=project.uses_blocking)
        try:
            uploads.check_records(body)
        except uploads.UploadError as error:
            raise UploadRefused(str(error)) from error
        try:
            upload = uploads.read_upload(body)
        except uploads.UploadError as error:
            return self._end_upload(project_id, Party(position=position, state=PartyState.ERROR, message=str(error)))
        folder, _ = self._files.write_upload(project_id, [upload.encodings], upload.blocks)
        party = Party(position=position, state=PartyState.DONE, count=upload.count, size=upload.size, folder=folder)
        return self._end_upload(project_id, party)

    def upload_binary(self, project_id: str, token: str, *, count: int, size: int, stream: Iterable[bytes]) -> str:
        """Take `count` encodings of `size` bytes end to end; return a receipt token."""
        project, position = self._open_upload(project_id, token)
        if project.uses_blocking:
            raise BlockingMismatch(expected=True)
        if count < 1:
            raise UploadRefused("Invalid value for Hash-Count header")
        if not self._settings.least_encoding_bytes <= size <= self._settings.most_encoding_bytes:
            raise UploadRefused("Invalid value for Hash-Size header")
        if project.schema_bytes not in (None, size):
            raise UploadRefused("Upload 'Hash-Size' doesn't match project settings")
        folder, written = self._files.write_upload(project_id, _at_most(count * size, stream), None)
        if written != count * size:
            self._files.remove_upload(folder)
            raise UploadRefused("Uploaded data did not match the expected size. Check request headers are correct")
        party = Party(position=position, state=PartyState.DONE, count=count, size=size, folder=folder)
        return self._end_upload(project_id, party)

    def check_upload(self, project_id: str, token: str) -> None:
        """Raise AccessRefused or TokenUsed unless the token is good for an upload."""
        self._open_upload(project_id, token)

    def check_update_token(self, project_id: str, token: str) -> None:
        """Raise AccessRefused unless the token is one of the project's parties'."""
        with self._store.read() as connection:
            if rows.party_of_token(connection, project_id, _digest(token)) is None:
                raise AccessRefused

    def start_run(self, project_id: str, token: str, *, threshold: float, name: str = "", notes: str = "") -> Run:
        """Make a run; it starts as soon as every party has uploaded."""
        with self._store.write() as connection:
            project = self._owned(connection, project_id, token)
            if project.error:
                raise ProjectFaulty
            run = Run(
                id=_code(),
                project=project_id,
                threshold=threshold,
                name=name,
                notes=notes,
                state=RunState.CREATED,
                added=self._clock(),
            )
            rows.add_run(connection, run)
            if project.complete:
                self._queue(connection, project, run)
        return run

    def runs(self, project_id: str, token: str) -> list[Progress]:
        """List a project's runs, oldest first."""
        with self._store.read() as connection:
            project = self._owned(connection, project_id, token)
            return [self._progress(project, run) for run in rows.runs(connection, project_id)]

    def run(self, project_id: str, run_id: str, token: str) -> Run:
        """Describe a run."""
        with self._store.read() as connection:
            self._owned(connection, project_id, token)
            return self._found(connection, project_id, run_id)

    def progress(self, project_id: str, run_id: str, token: str) -> Progress:
        """Say how far a run is."""
        with self._store.read() as connection:
            project = self._readable(connection, project_id, token)
            run = self._found(connection, project_id, run_id)
        return self._progress(project, run)

    def result(self, project_id: str, run_id: str, token: str) -> Iterator[bytes]:
        """Give a completed run's result as the reference's JSON, in pieces."""
        progress = self.progress(project_id, run_id, token)
        if progress.run.state == RunState.ERROR:
            raise RunFailed
        if progress.run.state != RunState.COMPLETED:
            raise RunIncomplete
        kept = self._files.read_result(project_id, run_id)
        match progress.project.result_type:
            case ResultType.SIMILARITY_SCORES:
                return score_json(kept)
            case ResultType.PERMUTATIONS:
                return iter([self._part_of_permutations(project_id, token, kept)])
            case _:
                return iter([kept])

    def remove_run(self, project_id: str, run_id: str, token: str) -> None:
        """Cancel a run and forget its result."""
        with self._store.write() as connection:
            self._owned(connection, project_id, token)
            run = self._found(connection, project_id, run_id)
            rows.remove_run(connection, run_id)
        self._discard([run])

    def remove_project(self, project_id: str, token: str) -> None:
        """Forget a project with its uploads, runs and results."""
        with self._store.write() as connection:
            self._owned(connection, project_id, token)
            gone = rows.runs(connection, project_id)
            rows.remove_project(connection, project_id)
        self._discard(gone)
        self._files.remove_project(project_id)

    def _open_upload(self, project_id: str, token: str) -> tuple[Project, int]:
        with self._store.read() as connection:
            position = rows.party_of_token(connection, project_id, _digest(token))
            project = rows.find_project(connection, project_id)
        if project is None or position is None:
            raise AccessRefused
        if project.parties[position].state == PartyState.DONE:
            raise TokenUsed
        return project, position

    def _end_upload(self, project_id: str, party: Party) -> str:
        """Make an upload visible, and start what waited for it."""
        receipt = _code()
        try:
            with self._store.write() as connection:
                project = rows.find_project(connection, project_id)
                if project is None:
                    raise AccessRefused
                if project.parties[party.position].state == PartyState.DONE:
                    raise TokenUsed
                rows.change_party(connection, project_id, party, _digest(receipt))
                self._start_waiting(connection, project_id)
        except BaseException:
            if party.folder:
                self._files.remove_upload(party.folder)
            raise
        return receipt

    def _start_waiting(self, connection: Connection, project_id: str) -> None:
        project = rows.find_project(connection, project_id)
        if project is None or not project.complete:
            return
        least, most = self._settings.least_encoding_bytes, self._settings.most_encoding_bytes
        if problem := encoding_problem(project, least, most):
            rows.change_project(connection, project_id, message=problem)
            return
        for run in rows.runs(connection, project_id):
            if run.state == RunState.CREATED:
                self._queue(connection, project, run)

    def _queue(self, connection: Connection, project: Project, run: Run) -> None:
        if project.parties[0].size % 8:
            message = "Encoding size must be multiple of 8 bytes (64 bits)"
            rows.change_run(connection, run.id, state=RunState.ERROR.value, message=message)
            return
        job = self._jobs.submit(KIND, run.id.encode(), key=f"{KIND}:{run.id}", retry=RETRY, within=connection)
        rows.change_run(connection, run.id, state=RunState.QUEUED.value, job=job)

    def _progress(self, project: Project, run: Run) -> Progress:
        if project.error:
            return Progress(project, msgspec.structs.replace(run, state=RunState.ERROR, message=project.error))
        if run.job is None or run.state not in (RunState.QUEUED, RunState.RUNNING):
            return Progress(project, run)
        try:
            job: Job = self._jobs.status(run.job)
        except JobNotFoundError:  # it failed, long enough ago to be forgotten
            return Progress(project, msgspec.structs.replace(run, state=RunState.ERROR, message=FAILED))
        if job.state in (JobState.FAILED, JobState.CANCELLED):
            run = msgspec.structs.replace(run, state=RunState.ERROR, message=FAILED)
        return Progress(project, run, job.done, job.total)

    def _part_of_permutations(self, project_id: str, token: str, kept: bytes) -> bytes:
        with self._store.read() as connection:
            position = rows.receipt_position(connection, project_id, _digest(token))
        whole = msgspec.json.decode(kept)
        if position is None:
            return msgspec.json.encode({"mask": whole["mask"]})
        return msgspec.json.encode({"permutation": whole["places"][position], "rows": len(whole["mask"])})

    def _discard(self, runs: Iterable[Run]) -> None:
        for run in runs:
            if run.job is not None:
                self._jobs.cancel(run.job)
            self._files.remove_run(run.project, run.id)

    def _owned(self, connection: Connection, project_id: str, token: str) -> Project:
        project = rows.find_project(connection, project_id)
        if project is None or rows.result_token(connection, project_id) != _digest(token):
            raise AccessRefused
        return project

    def _readable(self, connection: Connection, project_id: str, token: str) -> Project:
        project = rows.find_project(connection, project_id)
        permuted = project is not None and project.result_type == ResultType.PERMUTATIONS
        if project and permuted and rows.receipt_position(connection, project_id, _digest(token)) is not None:
            return project
        return self._owned(connection, project_id, token)

    def _found(self, connection: Connection, project_id: str, run_id: str) -> Run:
        run = rows.find_run(connection, run_id)
        if run is None or run.project != project_id:
            raise AccessRefused
        return run


def _code() -> str:
    return secrets.token_hex(24)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _at_most(size: int, stream: Iterable[bytes]) -> Iterator[bytes]:
    """Pass a stream on until it has given more than `size` bytes."""
    for piece in stream:
        yield piece
        size -= len(piece)
        if size < 0:
            return
