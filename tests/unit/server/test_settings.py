"""An organisation's settings."""

from pathlib import Path

from tallystick.server.settings import loaded_settings


def test_relative_names_start_at_the_settings_file(tmp_path: Path) -> None:
    file = tmp_path / "tally.toml"
    file.write_text("name = 'unit'\n[edge]\ncertificate = 'door.pem'\nkey = '/keys/door.key'\n")
    settings = loaded_settings(file, {}).settings
    assert settings.data_dir == tmp_path / "data"
    assert (settings.edge.certificate, settings.edge.key) == (f"{tmp_path}/door.pem", "/keys/door.key")


def test_a_certificate_that_is_not_named_stays_unnamed(tmp_path: Path) -> None:
    file = tmp_path / "tally.toml"
    file.write_text("name = 'unit'\n")
    assert loaded_settings(file, {}).settings.edge.certificate == ""
