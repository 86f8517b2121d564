"""Each process of a registry is given the secrets that it needs, and no other's."""

import threading
import time
from pathlib import Path

import pytest

from tallystick.flows.living_linkage.errors import UnitUnavailable
from tallystick.server import processes
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


class Waits(threading.Event):
    """Stops after some waits, and remembers how long each was asked to be."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.asked: list[float] = []
        self._most = most

    def wait(self, timeout: float | None = None) -> bool:
        self.asked.append(timeout or 0)
        if len(self.asked) == self._most:
            self.set()
        return self.is_set()


def test_pauses_grow_while_the_unit_is_silent_and_begin_anew_after_it_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "UNIT_PAUSE_S", (0.01, 0.04))
    lasting = iter([0, 0, 0, 0, 0.05, 0])

    def work(_: threading.Event) -> None:
        time.sleep(next(lasting))
        raise UnitUnavailable("the door is closed")

    stop = Waits(most=6)
    processes._while_the_unit_answers(work, stop)
    assert stop.asked == [0.01, 0.02, 0.04, 0.04, 0.01, 0.02]
