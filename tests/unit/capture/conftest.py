"""A registry of connectors in a new store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tallystick.capture.adapters.registry import Registry
from tallystick.capture.wiring import BRANCH
from tallystick.platform.store import Store


@pytest.fixture
def capture_store(tmp_path: Path) -> Iterator[Store]:
    """Open a store with capture's tables."""
    store = Store.open(f"sqlite:///{tmp_path / 'tally.db'}")
    store.upgrade([BRANCH])
    yield store
    store.close()


@pytest.fixture
def registry(capture_store: Store) -> Registry:
    """Give an empty registry."""
    return Registry(capture_store)
