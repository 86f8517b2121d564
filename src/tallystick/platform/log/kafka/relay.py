"""The relay: empties the store's outbox into Kafka, each record exactly once."""

import threading
from contextlib import suppress
from typing import Final

from confluent_kafka import Consumer, TopicPartition

from tallystick.platform.log.errors import LogUnreachableError
from tallystick.platform.log.kafka.connection import TIMEOUT_S, configuration, translated
from tallystick.platform.log.kafka.outbox import OUTBOX, destination
from tallystick.platform.log.kafka.producing import Transactions
from tallystick.platform.log.kafka.topics import Topics
from tallystick.platform.log.store_log import StoreLog
from tallystick.platform.store import Store
from tallystick.platform.telemetry import logger

__all__ = ["Relay"]

NAME: Final = "tallystick.relay"
RETRY_S: Final = 1.0

log = logger("tallystick.relay")


class Relay:
    """Moves records from the outbox to their topics; one runs for a store, and a newer one shuts an older one out.

    How far it has come is an offset in Kafka, committed in the transaction that appends the records: killed at any
    instant, it neither loses nor repeats one.
    """

    def __init__(self, store: Store, servers: str) -> None:
        self._outbox = StoreLog(store)
        self._outbox.create(OUTBOX)
        self._servers = servers
        self._offset = 0
        self._begin()

    def run(self, stop: threading.Event, poll_s: float = 0.05) -> None:
        """Move records as they come, until `stop` is set; a newer relay ends this one by a `ReplacedError`."""
        while not stop.is_set():
            try:
                if not self.move():
                    stop.wait(poll_s)
            except LogUnreachableError as error:
                log.warning("Kafka does not answer", reason=str(error), again_s=RETRY_S)
                self._begin_again(stop)

    def move(self, limit: int = 1_000) -> int:
        """Move up to `limit` records now; return how many."""
        records = self._outbox.read(OUTBOX, self._offset, limit=limit)
        if not records:
            return 0
        following = TopicPartition(OUTBOX, 0, records[-1].offset + 1)
        with self._transactions.transaction() as (producer, offsets):
            for stored in records:
                topic, partition, record = destination(stored)
                self._transactions.send(topic, partition, record, offsets)
            producer.send_offsets_to_transaction([following], self._consumer.consumer_group_metadata(), TIMEOUT_S)
        self._offset = following.offset
        self._outbox.trim(OUTBOX, self._offset)
        return len(records)

    def close(self) -> None:
        """Leave the cluster."""
        self._consumer.close()

    def _begin_again(self, stop: threading.Event) -> None:
        while not stop.wait(RETRY_S):
            with suppress(LogUnreachableError):
                self._begin()
                return

    def _begin(self) -> None:
        """Take over from whoever moved records before, and go on where Kafka says that they stopped."""
        Topics(self._servers).create(OUTBOX, 1, {})  # Kafka keeps offsets only of topics that it has
        self._transactions = Transactions(self._servers, NAME)
        self._consumer = Consumer(configuration(self._servers, group_id=NAME, enable_auto_commit=False))
        with translated():
            (place,) = self._consumer.committed([TopicPartition(OUTBOX, 0)], TIMEOUT_S)
        self._offset = min(max(int(place.offset), 0), self._outbox.end(OUTBOX))
