"""A bench over a new database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.vocabulary.capture import Bench
from tests.vocabulary.capture import bench as opened


@pytest.fixture
def bench(postgres_url: str, tmp_path: Path) -> Iterator[Bench]:
    """Open capture on a new directory and a new database."""
    with opened(postgres_url, tmp_path / "data") as made:
        yield made
