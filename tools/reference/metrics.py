"""Every figure at `/metrics`: those of Python processes, and those of the edge's data plane."""

import importlib
import re
from collections.abc import Iterable
from pathlib import Path

from tools.reference.markdown import code, page, table

import tallystick
from tallystick.platform.http.observation import Observation
from tallystick.platform.telemetry import metrics

__all__ = ["metrics_page"]

SOURCE = Path(tallystick.__file__).parent
DATA_PLANE = SOURCE.parents[1] / "rust" / "crates" / "edge" / "src" / "metrics.rs"
DECLARES = re.compile(r"\bmetrics\.(counter|gauge|histogram)\(")
DATA_PLANE_LINE = re.compile(r'^    \w+ "(\w+)" "(?:\{(\w+)=.*\})?" "(\w+)" "(.+)";$', re.MULTILINE)

INTRODUCTION = """# Metrics

One endpoint, `/metrics` at an organisation's door, shows the figures of all its processes in the Prometheus text
format, told apart by the label `process`. It needs a token with the scope `metrics:read`."""

HEAD = ["metric", "type", "labels", "meaning"]


def metrics_page() -> str:
    """Write the page."""
    return page(
        INTRODUCTION,
        table(HEAD, _of_processes()),
        "Beside these stand `process_*`: memory, CPU seconds, open files and start time of each process.",
        "## The edge's data plane",
        table(HEAD, _of_data_plane()),
    )


def _of_processes() -> Iterable[list[str]]:
    _declare_all()
    for metric in sorted(metrics.declared(), key=lambda each: each.name):
        suffix = "_total" if metric.kind == "counter" and not metric.name.endswith("_total") else ""
        labels = ", ".join(map(code, metric.labels))
        yield [code(metric.name + suffix), metric.kind, labels, metric.sentence]


def _of_data_plane() -> Iterable[list[str]]:
    found: dict[str, list[str]] = {}
    for name, label, kind, sentence in DATA_PLANE_LINE.findall(DATA_PLANE.read_text()):
        found[name] = [code(name), kind, code(label), sentence]
    return found.values()


def _declare_all() -> None:
    """Import the modules that declare figures; the HTTP application declares its own when it is made."""
    for file in sorted(SOURCE.rglob("*.py")):
        if DECLARES.search(file.read_text()):
            importlib.import_module(".".join(["tallystick", *file.relative_to(SOURCE).with_suffix("").parts]))
    Observation()
