"""The same catalog on PostgreSQL."""

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.vocabulary.archives import FILES, deb_of, tar_of, zip_of

from tallystick.catalog.service import CatalogService
from tallystick.catalog.settings import CatalogSettings
from tallystick.catalog.wiring import BRANCH, build
from tallystick.platform.settings import Secret
from tallystick.platform.wiring import PlatformSettings, StoreSettings, open_platform


@pytest.fixture
def service(postgres_url: str, tmp_path: Path) -> Iterator[CatalogService]:
    settings = PlatformSettings(store=StoreSettings(url=Secret(postgres_url)))
    platform = open_platform(settings, tmp_path / "data", [BRANCH])
    yield build(CatalogSettings(), platform).service
    platform.close()


def test_sources_and_occurrences_are_kept(service: CatalogService, tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(tar_of({"inner.zip": zip_of(FILES)}))
    assert service.add(tmp_path / "a.tar").new
    assert not service.add(tmp_path / "a.tar").new
    content = service.find(hashlib.md5(b"hello\n").hexdigest())
    (found,) = service.occurrences(content)
    assert found.source_names == [f"{(tmp_path / 'a.tar').as_uri()}!/inner.zip"]
    assert service.parents(content, 10)[0] == 1
    assert [source.kind for source in service.sources()] == ["tar"]


def test_a_packages_member_whose_name_is_no_text_is_recorded(service: CatalogService, tmp_path: Path) -> None:
    (tmp_path / "nul.deb").write_bytes(deb_of({}, "data.tar\0", tar_of(FILES)[:-600]))
    assert service.add(tmp_path / "nul.deb").problem.startswith(r"data.tar\u{0}: ")


def test_a_name_that_postgresql_takes_for_no_text_is_recorded(service: CatalogService, tmp_path: Path) -> None:
    archive = zip_of({"a/b": b"hello"}, zipfile.ZIP_STORED).replace(b"a/b", b"a\0b").replace(b"hello", b"jello")
    (tmp_path / "nul.zip").write_bytes(archive)
    assert service.add(tmp_path / "nul.zip").problem == r"a\u{0}b: its checksum is wrong"
