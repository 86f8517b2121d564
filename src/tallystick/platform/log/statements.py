"""The log's SQL, built once: a statement made anew for every call would cost more than it takes to run."""

from typing import Final

from sqlalchemy import bindparam, insert, select, update

from tallystick.platform.log.tables import batches, groups, partitions, sources, topics

__all__ = [
    "BATCHES_FROM",
    "COMMITTED",
    "INSERT_BATCH",
    "INSERT_PARTITION",
    "INSERT_TOPIC",
    "PARTITION",
    "RESERVE",
    "SOURCE_OFFSET",
    "TOPICS",
    "TOPIC_EXISTS",
]

_this_partition = (partitions.c.topic == bindparam("of_topic")) & (partitions.c.partition == bindparam("of_partition"))

TOPICS: Final = select(topics, partitions).join(partitions).order_by(topics.c.name, partitions.c.partition)
TOPIC_EXISTS: Final = select(topics.c.name).where(topics.c.name == bindparam("of_topic"))
INSERT_TOPIC: Final = insert(topics)
INSERT_PARTITION: Final = insert(partitions)

PARTITION: Final = select(partitions).where(_this_partition)
# The row stays locked until the commit, so offsets commit in order and without gaps.
RESERVE: Final = (
    update(partitions)
    .where(_this_partition)
    .values(end_offset=partitions.c.end_offset + bindparam("number"))
    .returning(partitions.c.id, partitions.c.end_offset)
)
INSERT_BATCH: Final = insert(batches)
BATCHES_FROM: Final = (
    select(batches.c.base_offset, batches.c.codec, batches.c.checksum, batches.c.body)
    .where(batches.c.partition_id == bindparam("of_partition"), batches.c.last_offset >= bindparam("from_offset"))
    .order_by(batches.c.last_offset)
    .limit(bindparam("at_most"))
    .execution_options(yield_per=4)  # a batch is large: fetch few rows that may not be needed
)

COMMITTED: Final = select(groups.c.offset).where(
    groups.c.name == bindparam("of_group"),
    groups.c.topic == bindparam("of_topic"),
    groups.c.partition == bindparam("of_partition"),
)
SOURCE_OFFSET: Final = select(sources.c.offset).where(sources.c.name == bindparam("of_source"))
