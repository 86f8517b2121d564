"""`tally log`: look at topics and their records, and tidy them up."""

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click

from tallystick.platform.log.errors import LogError
from tallystick.platform.log.json_lines import line
from tallystick.platform.log.log import Log
from tallystick.platform.log.records import StoredRecord, TopicInfo
from tallystick.platform.log.store_log import StoreLog
from tallystick.platform.store import Store
from tallystick.platform.store.cli import with_store

__all__ = ["log"]

POLL_S = 0.1


@click.group()
def log() -> None:
    """Look at what happened: topics and their records."""


@log.command()
@with_store
def topics(store: Store) -> None:
    """List topics: name, partition, first offset, next offset."""
    with _log(store) as source:
        for topic in source.topics():
            for partition in topic.partitions:
                click.echo(f"{topic.name}\t{partition.partition}\t{partition.start}\t{partition.end}")


@log.command()
@click.argument("topic")
@click.option("--follow", is_flag=True, help="Wait for records that come later.")
@click.option("--partition", type=int, default=None, help="Read this partition alone.")
@click.option("--from", "start", type=int, default=0, help="Begin at this offset; -10 means the last ten.")
@with_store
def cat(store: Store, topic: str, follow: bool, partition: int | None, start: int) -> None:
    """Print the records of TOPIC as JSON, one a line."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with _log(store) as source:
        offsets = _offsets(_topic(source, topic), partition, start)
        for record in _records(source, topic, offsets, stop, follow=follow):
            click.echo(line(record))


@log.command()
@with_store
def tidy(store: Store) -> None:
    """Remove what retention and compaction allow to be removed."""
    with _log(store) as source:
        source.tidy()


@contextmanager
def _log(store: Store) -> Iterator[Log]:
    try:
        yield StoreLog(store)
    except LogError as error:
        raise click.ClickException(str(error)) from error


def _topic(source: Log, name: str) -> TopicInfo:
    known = {topic.name: topic for topic in source.topics()}
    if name not in known:
        raise click.ClickException(f"there is no topic {name}; `tally log topics` lists them")
    return known[name]


def _offsets(topic: TopicInfo, partition: int | None, start: int) -> dict[int, int]:
    """Return where to begin in each partition that is wanted."""
    wanted = {place.partition: place for place in topic.partitions if partition in (None, place.partition)}
    if not wanted:
        raise click.ClickException(f"topic {topic.name} has no partition {partition}")
    return {number: max(place.end + start, 0) if start < 0 else start for number, place in wanted.items()}


def _records(
    source: Log, topic: str, offsets: Mapping[int, int], stop: threading.Event, *, follow: bool
) -> Iterator[StoredRecord]:
    places = dict(offsets)
    while not stop.is_set():
        found = False
        for partition, offset in places.items():
            for record in source.read(topic, offset, partition=partition):
                yield record
                places[partition] = record.offset + 1
                found = True
        if not found and not follow:
            return
        if not found:
            stop.wait(POLL_S)
