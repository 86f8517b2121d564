"""Every process's figures stand on one endpoint."""

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter, Histogram

from tallystick.platform.telemetry import Publication, exposition, forget_killed, metrics


def registry_with(rows: int) -> CollectorRegistry:
    registry = CollectorRegistry()
    Counter("rows", "Rows.", ["table"], registry=registry).labels("person").inc(rows)
    Histogram("seconds", "Seconds.", registry=registry).observe(0.2)
    return registry


def test_processes_are_told_apart(tmp_path: Path) -> None:
    with (
        Publication(tmp_path, "linker", registry=registry_with(3)),
        Publication(tmp_path, "encoder", registry=registry_with(4)),
    ):
        shown = exposition(tmp_path).decode()
    assert 'rows_total{process="linker",table="person"} 3.0' in shown
    assert 'rows_total{process="encoder",table="person"} 4.0' in shown
    assert 'seconds_bucket{le="+Inf",process="linker"} 1.0' in shown
    assert shown.count("# TYPE rows_total counter") == 1


def test_a_stopped_process_shows_nothing(tmp_path: Path) -> None:
    with Publication(tmp_path, "linker", registry=registry_with(3)):
        pass
    assert exposition(tmp_path) == b""


def test_a_killed_process_shows_nothing(tmp_path: Path) -> None:
    (tmp_path / "linker.4194305.prom").write_text("rows_total 3\n")
    assert exposition(tmp_path) == b""
    assert not list(tmp_path.iterdir())


def test_a_process_that_ends_while_figures_are_gathered_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "linker.1.prom").write_text("rows_total 3\n")
    monkeypatch.setattr(Path, "read_text", lambda path: (path.unlink(), path.read_bytes())[1])
    assert exposition(tmp_path) == b""


def test_what_killed_processes_left_is_forgotten(tmp_path: Path) -> None:
    for name in ("linker.4194305.prom", "linker.4194305.new", "encoder.1.prom"):
        (tmp_path / name).touch()
    forget_killed(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["encoder.1.prom"]


def test_a_metric_declared_again_is_the_same() -> None:
    assert metrics.counter("tallystick_test_rows", "Rows.") is metrics.counter("tallystick_test_rows", "Rows.")
    with pytest.raises(TypeError, match="already declared"):
        metrics.gauge("tallystick_test_rows", "Rows.")
