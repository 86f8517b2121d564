"""The same catalog on PostgreSQL."""

import hashlib
from pathlib import Path

from tests.vocabulary.archives import FILES, tar_of, zip_of

from tallystick.catalog.settings import CatalogSettings
from tallystick.catalog.wiring import BRANCH, build
from tallystick.platform.settings import Secret
from tallystick.platform.wiring import PlatformSettings, StoreSettings, open_platform


def test_sources_and_occurrences_are_kept(postgres_url: str, tmp_path: Path) -> None:
    settings = PlatformSettings(store=StoreSettings(url=Secret(postgres_url)))
    platform = open_platform(settings, tmp_path / "data", [BRANCH])
    service = build(CatalogSettings(), platform).service
    (tmp_path / "a.tar").write_bytes(tar_of({"inner.zip": zip_of(FILES)}))
    assert service.add(tmp_path / "a.tar").new
    assert not service.add(tmp_path / "a.tar").new
    content = service.find(hashlib.md5(b"hello\n").hexdigest())
    (found,) = service.occurrences(content)
    assert found.source_names == [f"{(tmp_path / 'a.tar').as_uri()}!/inner.zip"]
    assert service.parents(content, 10)[0] == 1
    assert [source.kind for source in service.sources()] == ["tar"]
    platform.close()
