"""The adapters that must pass: the store's tables on SQLite and on PostgreSQL, and Kafka."""

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.vocabulary import kafka

from tallystick.platform.log import Log, StoreLog
from tallystick.platform.log.kafka import KafkaLog, Relay
from tallystick.platform.store import Store


@pytest.fixture(scope="session")
def kafka_servers() -> Iterator[str]:
    """Run a broker for the whole session."""
    directory = Path(tempfile.mkdtemp(prefix="tally-kafka-"))
    try:
        with kafka.running(directory) as servers:
            yield servers
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgres", "kafka"])
def adapter(request: pytest.FixtureRequest) -> str:
    """Name the adapter under test."""
    return str(request.param)


@pytest.fixture
def log_store(adapter: str, request: pytest.FixtureRequest) -> Iterator[Store]:
    """Open the store whose transactions the log joins."""
    store = Store.open(request.getfixturevalue("postgres_url" if adapter == "postgres" else "sqlite_url"))
    store.upgrade()
    yield store
    store.close()


@pytest.fixture
def log(adapter: str, log_store: Store, request: pytest.FixtureRequest) -> Iterator[Log]:
    """Open an empty log."""
    if adapter == "kafka":
        with relayed(log_store, request.getfixturevalue("kafka_servers")) as log:
            yield log
    else:
        yield StoreLog(log_store)


@contextmanager
def relayed(store: Store, servers: str) -> Iterator[KafkaLog]:
    """Open a log in an empty cluster, its relay at work."""
    kafka.empty(servers)
    log, relay, stop = KafkaLog(store, servers), Relay(store, servers), threading.Event()
    worker = threading.Thread(target=relay.run, args=(stop,))
    worker.start()
    yield log
    stop.set()
    worker.join()
    relay.close()
    log.close()
