"""The console's page about known files."""

import hashlib
from pathlib import Path

from starlette.testclient import TestClient
from tests.vocabulary.archives import FILES, zip_of

from tallystick.catalog.wiring import Catalog
from tallystick.platform.auth import Logins
from tallystick.platform.http import EVERYONE, application
from tallystick.platform.store import Store
from tallystick.platform.web import console


def test_sources_are_listed_and_digests_looked_up(catalog: Catalog, tmp_path: Path) -> None:
    logins = Logins(Store.open(f"sqlite:///{tmp_path / 'data' / 'tally.db'}"))
    client = TestClient(application("catalog", [console("Unit", catalog.pages, logins)], auth=EVERYONE))
    assert "Nothing catalogued yet" in client.get("/files").text
    (tmp_path / "a<b>.zip").write_bytes(zip_of(FILES))
    catalog.service.add(tmp_path / "a<b>.zip")
    page = client.get("/files", params={"digest": hashlib.md5(b"hello\n").hexdigest()}).text
    assert "hello.txt" in page
    assert "a<b>" not in page
    assert "is not a digest" in client.get("/files", params={"digest": "nonsense"}).text
