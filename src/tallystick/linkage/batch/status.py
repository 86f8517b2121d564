"""A run's status, as the reference words it."""

from datetime import UTC, datetime

from tallystick.linkage.batch.service import Progress
from tallystick.linkage.domain.batch.project import ResultType, RunState

__all__ = ["status_body", "timestamp"]

WAITING = "waiting for CLKs"
COMPARING = "compute similarity scores"
FINISHING = "compute output"


def timestamp(milliseconds: int | None) -> str | None:
    """Write a time as the reference does, without a zone."""
    if milliseconds is None:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def status_body(progress: Progress) -> dict[str, object]:
    """Describe how far a run is."""
    run = progress.run
    stages = 2 if progress.project.result_type == ResultType.SIMILARITY_SCORES else 3
    body: dict[str, object] = {"state": run.state.value, "time_added": timestamp(run.added), "stages": stages}
    body["current_stage"] = _stage(progress, stages)
    match run.state:
        case RunState.ERROR:
            body["message"] = run.message
        case RunState.COMPLETED:
            body["time_started"] = timestamp(run.started)
            body["time_completed"] = timestamp(run.completed)
            body["total_number_comparisons"] = run.comparisons
        case _:
            body["time_started"] = timestamp(run.started)
    return body


def _stage(progress: Progress, stages: int) -> dict[str, object]:
    match progress.run.state:
        case RunState.CREATED | RunState.ERROR:
            parties = len(progress.project.parties)
            return _measured(1, WAITING, progress.project.contributed, parties, "number of parties already contributed")
        case RunState.COMPLETED if stages == 2:
            return _compared(progress.run.comparisons or 0, progress.run.comparisons or 0)
        case RunState.COMPLETED:
            return {"number": 3, "description": FINISHING}
        case RunState.RUNNING if progress.total is not None:
            if stages == 3 and progress.done == progress.total:
                return {"number": 3, "description": FINISHING}
            return _compared(progress.done, progress.total)
        case _:
            return {"number": 2, "description": COMPARING}


def _compared(done: int, total: int) -> dict[str, object]:
    return _measured(2, COMPARING, done, total, "number of already computed similarity scores")


def _measured(number: int, description: str, done: int, total: int, unit: str) -> dict[str, object]:
    relative = done / total if total else 1.0
    measure = {"absolute": done, "relative": relative, "description": unit}
    return {"number": number, "description": description, "progress": measure}
