"""Jobs as rows: the only place that speaks SQL about them."""

from collections.abc import Callable, Iterable, Sequence

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, delete, select, update

from tallystick.platform.jobs import tables
from tallystick.platform.jobs.errors import JobNotFoundError, LeaseLostError
from tallystick.platform.jobs.job import ENDED, Job, JobState
from tallystick.platform.store import upsert

__all__ = [
    "add",
    "by_key",
    "change",
    "change_held",
    "due",
    "find",
    "held",
    "listing",
    "payload",
    "prune",
    "result",
    "several",
]

JOB = tables.jobs
FIELDS = tuple(JOB.c[name] for name in Job.__struct_fields__)  # all but payload and result, which may be large


def add(connection: Connection, job: Job, payload: bytes) -> bool:
    """Insert a new job, and tell whether its key was free."""
    return upsert(connection, JOB, [_columns(job) | {"payload": payload}], key=("key",), replace=False) == 1


def find(connection: Connection, job_id: str) -> Job:
    """Return a job, or raise JobNotFoundError."""
    return _one(connection, job_id, lock=False)


def by_key(connection: Connection, key: str) -> Job | None:
    """Return the job that was submitted under the key."""
    row = connection.execute(select(*FIELDS).where(JOB.c.key == key)).one_or_none()
    return _job(row) if row else None


def listing(connection: Connection, *, kind: str | None, state: JobState | None, limit: int) -> list[Job]:
    """Return jobs, newest first."""
    wanted: list[ColumnElement[bool]] = []
    if kind is not None:
        wanted.append(JOB.c.kind == kind)
    if state is not None:
        wanted.append(JOB.c.state == state)
    found = connection.execute(select(*FIELDS).where(*wanted).order_by(JOB.c.id.desc()).limit(limit))
    return [_job(row) for row in found]


def due(connection: Connection, kinds: Sequence[str], now: int, *, lock: bool = False) -> Job | None:
    """Return the job that has been due longest; locking passes over those that another worker is taking."""
    found = (
        select(*FIELDS)
        .where(JOB.c.state.in_((JobState.QUEUED, JobState.RUNNING)), JOB.c.due <= now, JOB.c.kind.in_(kinds))
        .order_by(JOB.c.due, JOB.c.id)
        .limit(1)
    )
    row = connection.execute(found.with_for_update(skip_locked=True) if lock else found).one_or_none()
    return _job(row) if row else None


def change(connection: Connection, job_id: str, step: Callable[[Job], Job]) -> Job:
    """Take one step in a job's life, whoever holds it."""
    return _save(connection, _one(connection, job_id, lock=True), step)


def change_held(
    connection: Connection, job_id: str, epoch: int, step: Callable[[Job], Job], result: bytes | None = None
) -> Job:
    """Take one step in the life of a job that is held under the epoch; raise LeaseLostError otherwise."""
    return _save(connection, held(connection, job_id, epoch), step, result)


def held(connection: Connection, job_id: str, epoch: int) -> Job:
    """Lock a job that is held under the epoch until the transaction ends; raise LeaseLostError otherwise."""
    try:
        job = _one(connection, job_id, lock=True)
    except JobNotFoundError:
        raise LeaseLostError(job_id, epoch) from None
    if job.state is not JobState.RUNNING or job.epoch != epoch:
        raise LeaseLostError(job_id, epoch)
    return job


def several(connection: Connection, job_ids: Iterable[str]) -> dict[str, Job]:
    """Return several jobs by id."""
    found = connection.execute(select(*FIELDS).where(JOB.c.id.in_(tuple(job_ids))))
    return {job.id: job for job in map(_job, found)}


def payload(connection: Connection, job_id: str) -> bytes:
    """Return what the job's task is given."""
    return bytes(connection.execute(select(JOB.c.payload).where(JOB.c.id == job_id)).scalar_one())


def result(connection: Connection, job_id: str) -> bytes | None:
    """Return what the job's task gave back."""
    found = connection.execute(select(JOB.c.result).where(JOB.c.id == job_id)).scalar_one_or_none()
    return None if found is None else bytes(found)


def prune(connection: Connection, before: int, kind: str | None) -> int:
    """Delete jobs that ended before then, of one kind or of all; return how many."""
    wanted = [JOB.c.state.in_(tuple(ENDED)), JOB.c.ended < before]
    if kind is not None:
        wanted.append(JOB.c.kind == kind)
    return connection.execute(delete(JOB).where(*wanted)).rowcount


def _one(connection: Connection, job_id: str, *, lock: bool) -> Job:
    found = select(*FIELDS).where(JOB.c.id == job_id)
    row = connection.execute(found.with_for_update() if lock else found).one_or_none()
    if row is None:
        raise JobNotFoundError(job_id)
    return _job(row)


def _save(connection: Connection, job: Job, step: Callable[[Job], Job], result: bytes | None = None) -> Job:
    changed = step(job)
    if changed != job or result is not None:
        values = _columns(changed) if result is None else _columns(changed) | {"result": result}
        connection.execute(update(JOB).where(JOB.c.id == job.id).values(**values))
    return changed


def _columns(job: Job) -> dict[str, object]:
    return msgspec.structs.asdict(job) | {"state": job.state.value}


def _job(row: Row[tuple[object, ...]]) -> Job:
    return msgspec.convert(dict(zip(Job.__struct_fields__, row, strict=True)), Job)
