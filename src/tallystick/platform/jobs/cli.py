"""`tally jobs`: look at jobs, and cancel them."""

from datetime import UTC, datetime

import click
import msgspec

from tallystick.platform.jobs.errors import JobNotFoundError
from tallystick.platform.jobs.job import Job, JobState
from tallystick.platform.jobs.jobs import Jobs, now_ms
from tallystick.platform.store import Store
from tallystick.platform.store.cli import with_store

__all__ = ["jobs"]

DAY_MS = 24 * 3600 * 1000
COLUMNS = "id\tkind\tstate\tattempts\tprogress\tcreated"

output = click.option("--output", type=click.Choice(["text", "json"]), default="text", help="Form of the answer.")


@click.group()
def jobs() -> None:
    """Look at the work that an organisation has to do."""


@jobs.command("list")
@click.option("--kind", help="Only jobs of this kind.")
@click.option("--state", type=click.Choice([state.value for state in JobState]), help="Only jobs in this state.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="How many at most.")
@output
@with_store
def listing(store: Store, kind: str | None, state: str | None, limit: int, output: str) -> None:
    """List jobs, newest first."""
    found = Jobs(store).list(kind=kind, state=JobState(state) if state else None, limit=limit)
    if output == "json":
        click.echo(msgspec.json.encode(found))
        return
    click.echo(COLUMNS)
    for job in found:
        click.echo(f"{job.id}\t{job.kind}\t{job.state}\t{job.attempts}\t{_progress(job)}\t{_time(job.created)}")


@jobs.command()
@click.argument("job_id")
@output
@with_store
def show(store: Store, job_id: str, output: str) -> None:
    """Show everything about job JOB_ID but its payload and result."""
    try:
        _print(Jobs(store).status(job_id), output)
    except JobNotFoundError as error:
        raise click.ClickException(f"{error}; `tally jobs list` lists them") from error


@jobs.command()
@click.argument("job_id")
@output
@with_store
def cancel(store: Store, job_id: str, output: str) -> None:
    """Cancel job JOB_ID: at once while it is queued, soon when it runs."""
    try:
        _print(Jobs(store).cancel(job_id), output)
    except JobNotFoundError as error:
        raise click.ClickException(f"{error}; `tally jobs list` lists them") from error


@jobs.command()
@click.option("--days", type=click.IntRange(0), default=30, show_default=True, help="How long ended jobs are kept.")
@with_store
def prune(store: Store, days: int) -> None:
    """Delete jobs that ended long ago."""
    pruned = Jobs(store).prune(ended_before=now_ms() - days * DAY_MS)
    click.echo(f"{pruned} jobs deleted")


def _print(job: Job, output: str) -> None:
    if output == "json":
        click.echo(msgspec.json.encode(job))
        return
    for name, value in msgspec.structs.asdict(job).items():
        if value is not None:
            click.echo(f"{name}\t{_time(value) if name in {'due', 'created', 'started', 'ended'} else value}")


def _progress(job: Job) -> str:
    total = "" if job.total is None else f"/{job.total}"
    return f"{job.done}{total} {job.unit}".strip()


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
