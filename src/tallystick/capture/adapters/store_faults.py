"""Which failures of the store pass by themselves: a lock held long, a server that restarts, a disk that was full."""

from typing import Final

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from tallystick.platform.log import LogUnreachableError
from tallystick.platform.store import StoreError

__all__ = ["STORE_FAULTS"]

STORE_FAULTS: Final = (StoreError, LogUnreachableError, OperationalError, InterfaceError, NoConnectionFree)
