"""`tally log`: look at topics and their records, and tidy them up."""

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click

from tallystick.platform.log.errors import LogError
from tallystick.platform.log.json_lines import line
from tallystick.platform.log.log import Log
from tallystick.platform.log.opening import kafka_servers, open_log
from tallystick.platform.log.records import StoredRecord, TopicInfo
from tallystick.platform.store import Store
from tallystick.platform.store.cli import with_store

__all__ = ["log"]

POLL_S = 0.1
OFFSET = click.IntRange(-(2**63), 2**63 - 1)

log_option = click.option(
    "--log", "log_url", envvar="TALLYSTICK_LOG__URL", default="", help="The log's URL, when it is not in the store."
)


@click.group()
def log() -> None:
    """Look at what happened: topics and their records."""


@log.command()
@log_option
@with_store
def topics(store: Store, log_url: str) -> None:
    """List topics: name, partition, first offset, next offset."""
    with _log(store, log_url) as source:
        for topic in source.topics():
            for partition in topic.partitions:
                click.echo(f"{topic.name}\t{partition.partition}\t{partition.start}\t{partition.end}")


@log.command()
@click.argument("topic")
@click.option("--follow", is_flag=True, help="Wait for records that come later.")
@click.option("--partition", type=int, default=None, help="Read this partition alone.")
@click.option("--from", "start", type=OFFSET, default=0, help="Begin at this offset; -10 means the last ten.")
@log_option
@with_store
def cat(store: Store, topic: str, follow: bool, partition: int | None, start: int, log_url: str) -> None:
    """Print the records of TOPIC as JSON, one a line."""
    stop = _stop_on_signals()
    with _log(store, log_url) as source:
        offsets = _offsets(_topic(source, topic), partition, start)
        for record in _records(source, topic, offsets, stop, follow=follow):
            click.echo(line(record))


@log.command()
@log_option
@with_store
def tidy(store: Store, log_url: str) -> None:
    """Remove what retention and compaction allow to be removed."""
    with _log(store, log_url) as source:
        source.tidy()


@log.command()
@log_option
@with_store
def relay(store: Store, log_url: str) -> None:
    """Move what the store's outbox holds to Kafka, until stopped; one process does it for a store."""
    stop = _stop_on_signals()
    try:
        servers = kafka_servers(log_url)
        from tallystick.platform.log.kafka import Relay

        Relay(store, servers).run(stop)
    except LogError as error:
        raise click.ClickException(str(error)) from error


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


@contextmanager
def _log(store: Store, log_url: str) -> Iterator[Log]:
    try:
        yield open_log(log_url, store)
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
