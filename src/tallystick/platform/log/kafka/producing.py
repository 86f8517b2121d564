"""Producing in transactions: what is appended together becomes readable together."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from confluent_kafka import KafkaError, Message, Producer

from tallystick.platform.log.kafka.connection import TIMEOUT_S, configuration, translated
from tallystick.platform.log.records import Record

__all__ = ["Transactions"]

TRANSACTION_MS: Final = 60_000


class Transactions:
    """A producer whose `name` is its alone: a newer one with the same name shuts an older one out."""

    def __init__(self, servers: str, name: str) -> None:
        self._producer = Producer(
            configuration(
                servers,
                transactional_id=name,
                transaction_timeout_ms=TRANSACTION_MS,
                compression_type="zstd",
                linger_ms=0,
            )
        )
        self._lock = threading.Lock()
        with translated():
            self._producer.init_transactions(TIMEOUT_S)

    def append(self, topic: str, partition: int, records: Sequence[Record]) -> int:
        """Append records; return the first one's offset."""
        with self.transaction() as (_, offsets):
            for record in records:
                self.send(topic, partition, record, offsets)
        return offsets[0]

    @contextmanager
    def transaction(self) -> Iterator[tuple[Producer, list[int]]]:
        """Give the producer, and a list for the offsets of what is sent; a block that raises sends nothing."""
        offsets: list[int] = []
        with self._lock, translated():
            self._producer.begin_transaction()
            try:
                yield self._producer, offsets
                self._producer.commit_transaction(TIMEOUT_S)
            except BaseException:
                self._producer.abort_transaction(TIMEOUT_S)
                raise

    def send(self, topic: str, partition: int, record: Record, offsets: list[int]) -> None:
        """Hand one record to the open transaction, which fails as a whole when the record does."""

        def delivered(error: KafkaError | None, message: Message) -> None:
            if error is None:
                offsets.append(message.offset() or 0)

        headers: list[tuple[str, str | bytes | None]] = list(record.headers)
        while True:
            try:
                self._producer.produce(
                    topic, record.value, record.key, partition, delivered, timestamp=record.timestamp, headers=headers
                )
            except BufferError:  # the queue is full: let the cluster take some of it
                self._producer.flush(TIMEOUT_S)
            else:
                return
