"""Each process of a registry is given the secrets that it needs, and no other's."""

from pathlib import Path

import pytest

from tallystick.server.processes import PROCESSES
from tallystick.server.settings import REGISTRY_SECRETS, loaded_settings

SETTINGS = """
name = "north"
[registry]
database_file = "database.secret"
schema = "schema.json"
linkage_secret_file = "linkage.secret"
record_key_secret_file = "record-key.secret"
"""


def held(directory: Path, process: str) -> set[str]:
    """Tell the secrets that stand in a process's settings."""
    for name in ("database", "linkage", "record-key"):
        (directory / f"{name}.secret").write_text(f"planted {name}")
    (directory / "tally.toml").write_text(SETTINGS)
    given = next(each.secrets for each in PROCESSES if each.name == process)
    settings = loaded_settings(directory / "tally.toml", {}, withheld=REGISTRY_SECRETS - given).settings
    assert settings.registry is not None
    values = {name: getattr(settings.registry, name.removeprefix("registry.")) for name in REGISTRY_SECRETS}
    return {name for name, secret in values.items() if secret}


@pytest.mark.parametrize("process", ["edge", "api", "collector"])
def test_a_process_that_needs_no_secret_has_none(tmp_path: Path, process: str) -> None:
    assert held(tmp_path, process) == set()


def test_the_encoder_alone_has_the_secrets_of_encodings_and_keys(tmp_path: Path) -> None:
    assert held(tmp_path, "encoder") == {"registry.linkage_secret", "registry.record_key_secret"}


def test_capture_has_the_database(tmp_path: Path) -> None:
    assert held(tmp_path, "capture") == {"registry.database"}
