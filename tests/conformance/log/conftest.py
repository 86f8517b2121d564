"""The adapters that must pass."""

import pytest

from tallystick.platform.log import Log, StoreLog
from tallystick.platform.store import Store


@pytest.fixture
def log_store(any_store: Store) -> Store:
    """Open the store whose transactions the log joins."""
    return any_store


@pytest.fixture
def log(log_store: Store) -> Log:
    """Open an empty log."""
    return StoreLog(log_store)
