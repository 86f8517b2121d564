"""The store: one organisation's metadata, on SQLite (one file) or PostgreSQL, chosen by a URL.

A `Store` gives connections: `read()` is one snapshot, `write()` is one transaction that commits at its end.
A `Branch` is the migrations of one owner of tables; `upgrade()` brings every branch to its head under a lock.
Invariants: a writer never waits inside its own transaction for another one, and no URL with a password is shown.
"""

from sqlalchemy import Connection

from tallystick.platform.store.branches import Branch, every_branch
from tallystick.platform.store.errors import (
    NestedWriteError,
    StoreBusyError,
    StoreDiskError,
    StoreError,
    StoreUnreachableError,
    StoreVersionError,
)
from tallystick.platform.store.store import Store
from tallystick.platform.store.upsert import upsert

__all__ = [
    "Branch",
    "Connection",
    "NestedWriteError",
    "Store",
    "StoreBusyError",
    "StoreDiskError",
    "StoreError",
    "StoreUnreachableError",
    "StoreVersionError",
    "every_branch",
    "upsert",
]
