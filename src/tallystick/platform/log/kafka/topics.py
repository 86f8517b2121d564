"""Topics of the cluster: make them, list them."""

from collections.abc import Mapping

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType

from tallystick.platform.log.errors import UnknownTopicError
from tallystick.platform.log.kafka.connection import TIMEOUT_S, configuration, translated

__all__ = ["Topics"]


class Topics:
    """What the cluster has; `require` remembers what it found."""

    def __init__(self, servers: str) -> None:
        self._admin = AdminClient(configuration(servers))
        self._partitions: dict[str, int] = {}

    def create(self, topic: str, partitions: int, settings: Mapping[str, str]) -> None:
        """Make a topic; one that exists already keeps its settings."""
        new = NewTopic(topic, num_partitions=partitions, config=dict(settings))
        with translated():
            try:
                self._admin.create_topics([new], operation_timeout=TIMEOUT_S)[topic].result(TIMEOUT_S)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise

    def partitions(self) -> dict[str, list[int]]:
        """Return the partitions of every topic that is not Kafka's own."""
        with translated():
            found = self._admin.list_topics(timeout=TIMEOUT_S).topics
        return {name: sorted(topic.partitions) for name, topic in sorted(found.items()) if not name.startswith("__")}

    def settings(self, topic: str) -> dict[str, str]:
        """Return a topic's effective settings."""
        resource = ConfigResource(ResourceType.TOPIC, topic)
        with translated():
            entries = self._admin.describe_configs([resource])[resource].result(TIMEOUT_S)
        return {name: entry.value for name, entry in entries.items()}

    def require(self, topic: str, partition: int) -> None:
        """Refuse a place that does not exist."""
        if partition not in range(self._partitions.get(topic, 0)):
            with translated():
                found = self._admin.list_topics(topic, timeout=TIMEOUT_S).topics[topic]
            self._partitions[topic] = len(found.partitions)
            if partition not in range(len(found.partitions)):
                raise UnknownTopicError(f"there is no partition {partition} of a topic {topic}")
