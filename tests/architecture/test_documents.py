"""ARCHITECTURE.md and the README tell the truth about names."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text()
MODULE = re.compile(r"`(tallystick(?:\.\w+)+)`")
FILE = re.compile(r"`((?:src|rust|tests|docs|benchmarks|tools|models)/[\w./-]+)`")
TEST = re.compile(r"`(tests/[\w./-]+\.py)(?:::(\w+))?`")


def exists(module: str) -> bool:
    place = ROOT / "src" / Path(*module.split("."))
    return place.with_suffix(".py").exists() or (place / "__init__.py").exists()


@pytest.mark.parametrize("module", sorted(set(MODULE.findall(ARCHITECTURE))))
def test_a_named_module_exists(module: str) -> None:
    assert exists(module)


@pytest.mark.parametrize("file", sorted(set(FILE.findall(ARCHITECTURE))))
def test_a_named_file_exists(file: str) -> None:
    assert (ROOT / file).exists()


@pytest.mark.parametrize(("file", "name"), sorted(set(TEST.findall(ARCHITECTURE))))
def test_an_invariants_test_exists_and_runs(file: str, name: str) -> None:
    text = (ROOT / file).read_text()
    assert f"def {name}(" in text if name else "def test_" in text
    assert "pytest.skip(" not in text


def test_the_readme_names_only_targets_that_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)\b", (ROOT / "README.md").read_text())) <= targets


def test_the_wheel_and_the_workspace_are_of_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"] == project
