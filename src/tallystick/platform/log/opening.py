"""Turn a URL into a log."""

import threading
from collections.abc import Callable
from urllib.parse import urlsplit

from tallystick.platform.log.errors import LogUnreachableError
from tallystick.platform.log.log import Log
from tallystick.platform.log.store_log import StoreLog
from tallystick.platform.store import Store

__all__ = ["kafka_servers", "open_log", "relay_outbox"]


def open_log(url: str, store: Store) -> Log:
    """Open the log that `url` names: the store's own when it is empty, or `kafka://HOST:PORT`."""
    if not url:
        return StoreLog(store)
    servers = kafka_servers(url)
    try:
        from tallystick.platform.log.kafka import KafkaLog
    except ImportError as error:
        raise LogUnreachableError("[log] url names Kafka: install tallystick[kafka]") from error
    return KafkaLog(store, servers)


def relay_outbox(url: str, store: Store, stop: threading.Event, *, ready: Callable[[], None]) -> None:
    """Move records from the store's outbox to the Kafka that `url` names, until `stop` is set.

    `ready` is called when Kafka has answered.
    Raises `LogUnreachableError` when there is no Kafka to begin with, `ReplacedError` when another relay took over.
    """
    from tallystick.platform.log.kafka import Relay

    relay = Relay(store, kafka_servers(url))
    ready()
    try:
        relay.run(stop)
    finally:
        relay.close()


def kafka_servers(url: str) -> str:
    """Return the brokers' addresses that a URL names."""
    parts = urlsplit(url)
    if parts.scheme != "kafka" or not parts.netloc:
        raise LogUnreachableError(f"[log] url: {url!r} is not kafka://HOST:PORT")
    return parts.netloc
