"""What others install: the wheel alone, in an empty environment far from the repository, runs the demo.

Takes a minute: it installs what the demo needs as pip does, and pandas and scipy are among it.
"""

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.vocabulary.demo import DemoRun

pytestmark = pytest.mark.timeout(600)

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCE = REPOSITORY / "src"
EXTRAS_NOT_INSTALLED = {"confluent_kafka", "skops"}
IMPORT_EVERYTHING = """
import importlib, json, pkgutil, sys
import tallystick
missing = set()
for module in pkgutil.walk_packages(tallystick.__path__, "tallystick."):
    if "versions" in module.name or module.name.endswith("alembic.env"):
        continue  # Alembic runs these
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as error:
        missing.add(error.name.partition(".")[0])
files = [module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)]
print(json.dumps({"missing": sorted(missing), "files": files}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Package the library as `make build` compiled it: a release build would take minutes and pack the same files."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "maturin", "build", "--quiet", "--profile", "dev", "--out", str(out)]
    subprocess.run(command, cwd=REPOSITORY, check=True)
    (built,) = out.iterdir()
    return built


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """Make an empty environment and install the wheel as the documentation says; versions are the locked ones."""
    place = tmp_path_factory.mktemp("elsewhere")
    locked = re.findall(r"^[a-zA-Z0-9._-]+==[^\\\n]+", (REPOSITORY / "requirements.lock").read_text(), re.MULTILINE)
    (place / "locked.txt").write_text("\n".join(locked))
    subprocess.run([sys.executable, "-m", "venv", str(place / "venv")], check=True)
    pip = [str(place / "venv/bin/pip"), "--quiet", "--disable-pip-version-check", "install", "--no-compile"]
    subprocess.run([*pip, "--constraint", "locked.txt", f"{wheel}[demo]"], cwd=place, check=True)
    return place


@pytest.fixture
def demo(place: Path) -> Iterator[DemoRun]:
    run = DemoRun(place / "demo", tally=(str(place / "venv/bin/tally"),), cwd=place)
    try:
        yield run
    finally:
        run.end()


def test_it_holds_every_file_of_the_package(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    files = {str(file.relative_to(SOURCE)) for file in SOURCE.rglob("*") if file.is_file()}
    ours = {name for name in files if "__pycache__" not in name and ".abi3.so" not in name}
    assert ours <= packed
    assert any(name.endswith("pair.onnx") for name in ours)
    assert {name for name in packed - ours if ".dist-info/" not in name} == {"tallystick/native/_core.abi3.so"}
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in packed)


def test_it_imports_nothing_of_the_repository(place: Path) -> None:
    command = [str(place / "venv/bin/python"), "-I", "-c", IMPORT_EVERYTHING]
    told = json.loads(subprocess.run(command, cwd=place, check=True, capture_output=True, text=True).stdout)
    assert set(told["missing"]) <= EXTRAS_NOT_INSTALLED
    assert not [file for file in told["files"] if Path(file).is_relative_to(REPOSITORY)]


def test_the_demo_runs(demo: DemoRun, place: Path) -> None:
    demo.run("--no-wait", "--people", "200", "--changes", "3", "--report", "report.json")
    report = json.loads((place / "report.json").read_text())
    assert report["linkage"]["recall"] >= 0.98
    assert [change["commit_to_event_ms"] is not None for change in report["changes"]] == [True] * 3
    assert report["catalog"]["contents"] > 0
    assert report["inference"]["judged"] > 0
