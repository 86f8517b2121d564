from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.vocabulary.doors import Site, Telling, raw_backend, telling_backend

from tallystick.edge.authority import Authority, ensure_authority


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return ensure_authority(tmp_path / "ca", "North")


@pytest.fixture
def site(authority: Authority) -> Site:
    return Site(authority)


@pytest.fixture
def backend() -> Iterator[Telling]:
    with telling_backend() as telling:
        yield telling


@pytest.fixture
def echo() -> Iterator[Telling]:
    with raw_backend() as telling:
        yield telling
