"""What can go wrong with the log.

LogError
├── UnknownTopicError (LookupError)   the caller's: create the topic, or correct its name or partition
├── LogUnreachableError (ConnectionError)  the operator's: check the cluster and its address
├── ReplacedError                     nobody's: a newer process does this one's work now
├── InvalidTopicError (ValueError)    the caller's: a name or a setting that no log accepts
├── InvalidOffsetError (ValueError)   the caller's: a place that no reader of the partition can have reached
└── CorruptBatchError (ValueError)    the disk's: restore a backup; the message names topic and offset
"""

__all__ = [
    "CorruptBatchError",
    "InvalidOffsetError",
    "InvalidTopicError",
    "LogError",
    "LogUnreachableError",
    "ReplacedError",
    "UnknownTopicError",
]


class LogError(Exception):
    """Anything the log refuses or fails to do."""


class UnknownTopicError(LogError, LookupError):
    """No such topic, or no such partition of it."""


class LogUnreachableError(LogError, ConnectionError):
    """The cluster that keeps the log does not answer, or refuses."""


class ReplacedError(LogError):
    """A newer process with the same task has taken over; this one has to end."""


class InvalidTopicError(LogError, ValueError):
    """A topic cannot be made with this name or these settings."""


class InvalidOffsetError(LogError, ValueError):
    """A group cannot go on there: before the first record that there ever was, or behind the last."""


class CorruptBatchError(LogError, ValueError):
    """Stored bytes are not what was appended."""
