"""A log in a store, on each database."""

import pytest

from tallystick.platform.log import StoreLog
from tallystick.platform.store import Store


@pytest.fixture
def log(any_store: Store) -> StoreLog:
    """Make a log with a topic of people."""
    log = StoreLog(any_store)
    log.create("people")
    return log
