"""The commands say what they do."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tallystick.capture.adapters.registry import Registry
from tallystick.capture.cli import capture
from tallystick.capture.domain.connector import Connector
from tallystick.capture.wiring import BRANCH
from tallystick.platform.store import Store


def test_the_group_names_its_commands() -> None:
    shown = CliRunner().invoke(capture, ["--help"]).output
    assert all(word in shown for word in ("serve", "worker", "list"))


def test_a_new_directory_has_no_connectors(tmp_path: Path) -> None:
    result = CliRunner().invoke(capture, ["list", "--data-dir", str(tmp_path / "data")])
    assert (result.exit_code, result.output) == (0, "")


def test_a_connector_is_one_line(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'tally.db'}")
    store.upgrade([BRANCH])
    registry, connector = Registry(store), Connector("c\nd", {}, "RUNNING", 0)
    registry.add(connector)
    task = registry.lease(connector, "one", 60)
    assert task is not None
    registry.release(task, "FAILED", "SourceRefused: no\tmore\nDETAIL: nothing")
    store.close()
    result = CliRunner().invoke(capture, ["list", "--data-dir", str(tmp_path)])
    assert result.output == "c d\tRUNNING\tFAILED\tSourceRefused: no more\n"


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(capture, ["serve", "--listen", "nowhere", "--data-dir", str(tmp_path / "data")])
    assert result.exit_code == 1
    assert "nowhere" in result.output


def test_a_worker_that_dies_ends_its_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object) -> None:
        raise ValueError("a mistake")

    monkeypatch.setattr("tallystick.capture.cli.run_worker", die)
    result = CliRunner().invoke(capture, ["serve", "--listen", "127.0.0.1:0", "--data-dir", str(tmp_path / "data")])
    assert (result.exit_code, str(result.exception)) == (1, "a mistake")
