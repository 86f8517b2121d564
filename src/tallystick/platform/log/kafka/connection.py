"""How clients speak to the cluster, and what its refusals mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from confluent_kafka import KafkaError, KafkaException

from tallystick.platform.log.errors import (
    InvalidTopicError,
    LogError,
    LogUnreachableError,
    ReplacedError,
    UnknownTopicError,
)

__all__ = ["TIMEOUT_S", "configuration", "translated"]

TIMEOUT_S: Final = 10.0
UNKNOWN: Final = {KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC, KafkaError._UNKNOWN_PARTITION}
INVALID: Final = {KafkaError.TOPIC_EXCEPTION, KafkaError.INVALID_PARTITIONS, KafkaError.INVALID_CONFIG}


def configuration(servers: str, **more: str | int | bool) -> dict[str, str | int | float | bool]:
    """Return a client's settings; `_` in a name stands for `.`."""
    settings: dict[str, str | int | float | bool] = {"bootstrap.servers": servers, "log_level": 0}
    return settings | {name.replace("_", "."): value for name, value in more.items()}


@contextmanager
def translated() -> Iterator[None]:
    """Turn the client's errors into the log's."""
    try:
        yield
    except KafkaException as error:
        raise _translated(error.args[0]) from error


def _translated(error: KafkaError) -> LogError:
    if error.code() in UNKNOWN:
        return UnknownTopicError(error.str())
    if error.code() in INVALID:
        return InvalidTopicError(error.str())
    if error.fatal():
        return ReplacedError(f"Kafka: {error.str()}")
    return LogUnreachableError(f"Kafka: {error.str()}; check [log] url and the cluster")
