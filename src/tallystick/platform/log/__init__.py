"""The log: what happened, in order, kept until its retention ends.

A topic has partitions; a partition is a sequence of records, each with an offset; a group remembers how far it read.
Invariants: an append is all or nothing, and durable when it returns; offsets have no gaps until compaction makes them;
a record is durable before the position of the source it came from.
"""

from tallystick.platform.log.errors import (
    CorruptBatchError,
    InvalidOffsetError,
    InvalidTopicError,
    LogError,
    LogUnreachableError,
    ReplacedError,
    UnknownTopicError,
)
from tallystick.platform.log.follow import follow
from tallystick.platform.log.log import UNKNOWN_OFFSET, Log
from tallystick.platform.log.opening import open_log
from tallystick.platform.log.records import Headers, PartitionInfo, Record, StoredRecord, TopicInfo
from tallystick.platform.log.settings import LogSettings
from tallystick.platform.log.store_log import StoreLog

__all__ = [
    "UNKNOWN_OFFSET",
    "CorruptBatchError",
    "Headers",
    "InvalidOffsetError",
    "InvalidTopicError",
    "Log",
    "LogError",
    "LogSettings",
    "LogUnreachableError",
    "PartitionInfo",
    "Record",
    "ReplacedError",
    "StoreLog",
    "StoredRecord",
    "TopicInfo",
    "UnknownTopicError",
    "follow",
    "open_log",
]
