"""A catalog in a data directory of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tallystick.catalog.settings import CatalogSettings
from tallystick.catalog.wiring import BRANCH, Catalog, build
from tallystick.platform.wiring import PlatformSettings, open_platform


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    platform = open_platform(PlatformSettings(), tmp_path / "data", [BRANCH])
    yield build(CatalogSettings(folders=(tmp_path / "watched",), poll_s=0.01), platform)
    platform.close()
