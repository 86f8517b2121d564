"""Sessions with PostgreSQL, copies of its tables and its stream of changes, compiled.

Errors: `PeerUnavailable` when nobody answers or the connection breaks, `PeerRefused` when the server says no (its text
begins with `SQLSTATE xxxxx: `) or cannot be trusted, `MalformedInput` for settings or bytes that cannot be used.
A session handed to a stream or a copy belongs to it from then on.
"""

from tallystick.native._core import (
    CapturedTable,
    ChangeBatch,
    ChangeStream,
    EventRendering,
    NewRelation,
    PostgresSession,
    SnapshotCopy,
    StreamProgress,
)

__all__ = [
    "CapturedTable",
    "ChangeBatch",
    "ChangeStream",
    "EventRendering",
    "NewRelation",
    "PostgresSession",
    "SnapshotCopy",
    "StreamProgress",
]
