"""Projects and runs in the store."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from tallystick.linkage.adapters import batch_tables as tables
from tallystick.linkage.domain.batch.project import Party, PartyState, Project, ResultType, Run, RunState

__all__ = [
    "add_project",
    "add_run",
    "change_party",
    "change_project",
    "change_run",
    "find_project",
    "find_run",
    "last_completed",
    "party_of_token",
    "projects",
    "receipt_position",
    "remove_project",
    "remove_run",
    "result_token",
    "runs",
]


def add_project(
    connection: Connection, project: Project, result_token: bytes, update_tokens: Sequence[bytes], added: int
) -> None:
    """Keep a new project, its parties and the digests of their tokens."""
    row = {"result_type": project.result_type.value, "result_token": result_token, "added": added}
    row |= {name: getattr(project, name) for name in ("id", "name", "notes", "schema", "uses_blocking", "message")}
    connection.execute(tables.project.insert(), row)
    parties = [
        {"project": project.id, "update_token": token, **_party_row(party)}
        for party, token in zip(project.parties, update_tokens, strict=True)
    ]
    connection.execute(tables.party.insert(), parties)


def find_project(connection: Connection, project_id: str) -> Project | None:
    """Read a project and its parties."""
    row = connection.execute(sa.select(tables.project).where(tables.project.c.id == project_id)).one_or_none()
    if row is None:
        return None
    of_project = tables.party.c.project == project_id
    parties = connection.execute(sa.select(tables.party).where(of_project).order_by(tables.party.c.position))
    return Project(
        id=row.id,
        name=row.name,
        notes=row.notes,
        schema=row.schema,
        result_type=ResultType(row.result_type),
        uses_blocking=row.uses_blocking,
        message=row.message,
        parties=tuple(_party(party) for party in parties),
    )


def projects(connection: Connection) -> list[tuple[str, int]]:
    """List every project's id and the time it was added, oldest first."""
    columns = tables.project.c
    return [
        (row.id, row.added) for row in connection.execute(sa.select(columns.id, columns.added).order_by(columns.added))
    ]


def result_token(connection: Connection, project_id: str) -> bytes | None:
    """Return the digest of a project's result token."""
    columns = tables.project.c
    found: bytes | None = connection.scalar(sa.select(columns.result_token).where(columns.id == project_id))
    return found


def party_of_token(connection: Connection, project_id: str, update_token: bytes) -> int | None:
    """Find the party of a project that the digest of an update token belongs to."""
    columns = tables.party.c
    chosen = (columns.project == project_id) & (columns.update_token == update_token)
    return connection.scalar(sa.select(columns.position).where(chosen))


def receipt_position(connection: Connection, project_id: str, receipt_token: bytes) -> int | None:
    """Find the party of a project that the digest of a receipt token belongs to."""
    columns = tables.party.c
    chosen = (columns.project == project_id) & (columns.receipt_token == receipt_token)
    return connection.scalar(sa.select(columns.position).where(chosen))


def change_party(connection: Connection, project_id: str, party: Party, receipt_token: bytes) -> None:
    """Keep a party as it is after an upload."""
    columns = tables.party.c
    chosen = (columns.project == project_id) & (columns.position == party.position)
    changed = _party_row(party) | {"receipt_token": receipt_token}
    connection.execute(tables.party.update().where(chosen).values(changed))


def change_project(connection: Connection, project_id: str, *, message: str) -> None:
    """Say what makes a project's uploads unusable."""
    connection.execute(tables.project.update().where(tables.project.c.id == project_id).values(message=message))


def remove_project(connection: Connection, project_id: str) -> None:
    """Forget a project, its parties and its runs."""
    connection.execute(tables.run.delete().where(tables.run.c.project == project_id))
    connection.execute(tables.party.delete().where(tables.party.c.project == project_id))
    connection.execute(tables.project.delete().where(tables.project.c.id == project_id))


def add_run(connection: Connection, run: Run) -> None:
    """Keep a new run."""
    connection.execute(tables.run.insert(), msgspec.structs.asdict(run) | {"state": run.state.value})


def find_run(connection: Connection, run_id: str) -> Run | None:
    """Read a run."""
    row = connection.execute(sa.select(tables.run).where(tables.run.c.id == run_id)).one_or_none()
    return None if row is None else _run(row)


def runs(connection: Connection, project_id: str) -> list[Run]:
    """Read a project's runs, oldest first."""
    columns = tables.run.c
    chosen = sa.select(tables.run).where(columns.project == project_id).order_by(columns.added, columns.id)
    return [_run(row) for row in connection.execute(chosen)]


def last_completed(connection: Connection) -> Run | None:
    """Read the run that completed last."""
    columns = tables.run.c
    completed = sa.select(tables.run).where(columns.state == RunState.COMPLETED.value)
    row = connection.execute(completed.order_by(columns.completed.desc()).limit(1)).one_or_none()
    return None if row is None else _run(row)


def change_run(connection: Connection, run_id: str, **changes: Any) -> bool:  # noqa: ANN401 -- the columns' own types
    """Change a run; tell whether it is still there."""
    return connection.execute(tables.run.update().where(tables.run.c.id == run_id).values(changes)).rowcount == 1


def remove_run(connection: Connection, run_id: str) -> None:
    """Forget a run."""
    connection.execute(tables.run.delete().where(tables.run.c.id == run_id))


def _party_row(party: Party) -> dict[str, object]:
    return msgspec.structs.asdict(party) | {"state": party.state.value}


def _party(row: Any) -> Party:  # noqa: ANN401 -- a row of `tables.party`
    state = PartyState(row.state)
    return Party(
        position=row.position, state=state, count=row.count, size=row.size, folder=row.folder, message=row.message
    )


def _run(row: Any) -> Run:  # noqa: ANN401 -- a row of `tables.run`
    return Run(**{**row._mapping, "state": RunState(row.state)})
