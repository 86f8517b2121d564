from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from tallystick.edge.adapters.pem_files import DiskPemFiles
from tallystick.edge.authority import ensure_authority
from tallystick.edge.errors import ConfigurationInvalid


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return ensure_authority(tmp_path / "ca", "North").issue(["n"]).key


def test_a_source_is_a_file_or_the_text_itself(key: Path) -> None:
    assert DiskPemFiles().text("p", str(key)) == DiskPemFiles().text("p", key.read_text()) == key.read_text()


def test_an_encrypted_key_is_opened(key: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked.pem"
    private = load_pem_private_key(key.read_bytes(), None)
    locked.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open")))
    assert DiskPemFiles().key("p", str(locked), "open") == key.read_text()
    for passphrase, reason in ((None, "no passphrase"), ("shut", "does not open")):
        with pytest.raises(ConfigurationInvalid, match=reason):
            DiskPemFiles().key("frontend.key", str(locked), passphrase)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"frontend\.cert: open\(.*none\.pem\) failed: No such file"):
        DiskPemFiles().text("frontend.cert", str(tmp_path / "none.pem"))
