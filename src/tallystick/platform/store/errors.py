"""What can go wrong with the store.

StoreError
├── StoreUnreachableError (ConnectionError)   the operator's: the message names what to change
├── StoreVersionError                         the operator's: a library or server that is too old, or a newer schema
├── StoreBusyError (TimeoutError)             nobody's: another writer held the store too long; try again
├── StoreDiskError (OSError)                  the operator's: the disk is full, read-only or broken
├── NestedWriteError (RuntimeError)           the programmer's: pass the open connection on instead
└── BackupError (ValueError)                  the operator's: the file or the target is not fit for it
"""

__all__ = [
    "BackupError",
    "NestedWriteError",
    "StoreBusyError",
    "StoreDiskError",
    "StoreError",
    "StoreUnreachableError",
    "StoreVersionError",
]


class StoreError(Exception):
    """Anything the store refuses or fails to do."""


class StoreUnreachableError(StoreError, ConnectionError):
    """The database cannot be opened; the message says which setting to look at."""


class StoreVersionError(StoreError):
    """The database, its library or its schema has a version that this program must not use."""


class StoreBusyError(StoreError, TimeoutError):
    """Another writer held the store for longer than a writer waits; the call may be repeated."""


class StoreDiskError(StoreError, OSError):
    """What the database lies on takes or gives no more; nothing of the transaction was kept."""


class NestedWriteError(StoreError, RuntimeError):
    """A thread that is writing asked for a second transaction, which could only wait for the first."""


class BackupError(StoreError, ValueError):
    """A backup cannot be made or restored as asked; nothing has been changed."""
