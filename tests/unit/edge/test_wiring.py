from pathlib import Path

import msgspec
import pytest

from tallystick.edge import wiring
from tallystick.edge.authority import ensure_authority
from tallystick.edge.errors import ConfigurationInvalid
from tallystick.edge.service import check
from tallystick.edge.settings import EdgeSettings
from tallystick.edge.wiring import OrganisationDoor, authority_of
from tallystick.platform import telemetry
from tallystick.platform.settings import SettingsError, load


@pytest.fixture
def door(tmp_path: Path) -> OrganisationDoor:
    settings = EdgeSettings(listen="127.0.0.1:0", names=("north.localhost", "127.0.0.1"))
    return OrganisationDoor(settings, tmp_path / "north", "North", tmp_path / "api.sock")


def test_the_api_is_reached_over_http_on_its_socket(door: OrganisationDoor) -> None:
    pool = door.snapshot().pools[0]
    assert (pool.mode, pool.backends[0].address) == ("http", f"unix:{door.backend}")


def test_the_data_directory_is_private(door: OrganisationDoor) -> None:
    door.snapshot()
    assert door.data_dir.stat().st_mode & 0o777 == 0o700


def test_the_clients_of_other_organisations_are_believed_once_their_authority_is_there(door: OrganisationDoor) -> None:
    own = authority_of(door.data_dir, "North").certificate.read_text()
    assert door.snapshot().contexts[0].client_authorities == own
    changed = door.watch()
    assert not changed()
    other = ensure_authority(door.data_dir.parent / "other", "Unit").certificate.read_text()
    (door.clients.directory / "unit.pem").write_text(other)
    assert changed()
    assert not changed()
    assert door.snapshot().contexts[0].client_authorities == f"{own}\n{other}"


@pytest.mark.parametrize(
    "damaged",
    [b"-----BEGIN CERTIFICATE-----", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"", b"\xff"],
)
def test_a_damaged_client_authority_is_left_out_and_named(
    door: OrganisationDoor, damaged: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    own = door.snapshot().contexts[0].client_authorities
    (door.clients.directory / "unit.pem").write_bytes(damaged)
    telemetry.configure()
    left = door.snapshot()
    assert left.contexts[0].client_authorities == own
    check(left)
    told = capsys.readouterr().err
    assert "warning" in told
    assert "clients/unit.pem" in told


def test_a_renewal_that_fails_ends_nothing(door: OrganisationDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    door.snapshot()
    monkeypatch.setattr(wiring, "RENEW_EVERY", 1)
    changed = door.watch()
    (door.data_dir / "tls" / "authority.key").write_text("damaged")
    assert not changed()


def test_a_certificate_of_ones_own_is_used(door: OrganisationDoor, tmp_path: Path) -> None:
    issued = ensure_authority(tmp_path / "public", "Public").issue(["n"])
    settings = EdgeSettings(certificate=str(issued.certificate), key=str(issued.key))
    served = OrganisationDoor(settings, door.data_dir, "North", door.backend).snapshot()
    assert served.contexts[0].credentials[0].certificate == issued.certificate.read_text()


@pytest.mark.parametrize(
    ("name", "value"), [("idle_s", "inf"), ("response_s", "1e17"), ("drain_s", "nan"), ("upload_rate", "9" * 30)]
)
def test_a_setting_beyond_all_bounds_is_named(tmp_path: Path, name: str, value: str) -> None:
    file = tmp_path / "tally.toml"
    file.write_text(f"{name} = {value}\n")
    with pytest.raises(SettingsError, match=name):
        load(EdgeSettings, file=file, environ={})


def test_certificate_and_key_come_together(door: OrganisationDoor) -> None:
    settings = msgspec.structs.replace(door.settings, certificate="only.pem")
    with pytest.raises(ConfigurationInvalid, match="together"):
        OrganisationDoor(settings, door.data_dir, "North", door.backend).snapshot()
