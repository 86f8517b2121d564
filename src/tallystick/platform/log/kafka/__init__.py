"""Kafka as the log: records lie in its topics, while groups' and sources' offsets stay in the store.

What is appended inside a transaction of the store goes to an outbox first, a topic of the store's own log; the relay
moves it on, exactly once, since Kafka commits each part together with the outbox's offset.
Transactions' markers take offsets of their own in Kafka: offsets rise, but not by one.
"""

from tallystick.platform.log.kafka.kafka_log import KafkaLog
from tallystick.platform.log.kafka.relay import Relay

__all__ = ["KafkaLog", "Relay"]
