"""The rules of the house that no linter knows."""

import ast
import re
from collections.abc import Iterable
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "tallystick"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
LONGEST_FILE = 600


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", [p for p in MODULES if p.name == "errors.py"], ids=named)
def test_an_error_tree_is_drawn(path: Path) -> None:
    tree = ast.parse(path.read_text())
    drawn = ast.get_docstring(tree) or ""
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    assert [name for name in classes if name not in drawn] == []


def test_only_the_door_imports_the_compiled_core() -> None:
    inside = SOURCE / "native"
    guilty = [named(path) for path in MODULES if not path.is_relative_to(inside) and "_core" in imported(path)]
    assert guilty == []


def imported(path: Path) -> set[str]:
    """Return every word of the names that a module imports."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            names += [node.module or "", *(alias.name for alias in node.names)]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return {word for name in names if "tallystick" in name or "." not in name for word in name.split(".")}


@pytest.mark.parametrize("path", sorted((ROOT / "rust").glob("crates/*/src/**/*.rs")), ids=named)
def test_a_rust_module_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


def test_pure_crates_know_no_python() -> None:
    crates = [p for p in (ROOT / "rust" / "crates").iterdir() if p.name != "python"]
    assert [p.name for p in crates if "pyo3" in (p / "Cargo.toml").read_text()] == []


CRATES = sorted(path.parent for path in (ROOT / "rust" / "crates").glob("*/src"))
USE = re.compile(r"\bcrate::((?:\w+::)*)(\{[^;]*?\}|\w+|\*)", re.DOTALL)


@pytest.mark.parametrize("crate", CRATES, ids=lambda crate: crate.name)
def test_modules_of_a_crate_never_use_each_other_in_a_circle(crate: Path) -> None:
    source = crate / "src"
    files = {module(path.relative_to(source)): path for path in source.rglob("*.rs") if path.name != "lib.rs"}
    graph = {name: used(path.read_text(), files) - {name} for name, path in files.items()}
    assert any(graph.values())
    assert [*TopologicalSorter(graph).static_order()]  # raises CycleError, which names the circle


def module(path: Path) -> str:
    """Return what Rust calls a file: `http::forward`."""
    return "::".join((path.parent if path.name == "mod.rs" else path.with_suffix("")).parts)


def used(text: str, files: Iterable[str]) -> set[str]:
    """Return the modules of the same crate that a file names."""
    found = set()
    for path, last in USE.findall(text):
        ends = re.findall(r"\w+(?:::\w+)*", last) if last.startswith("{") else [last]
        for end in ends:
            words = f"{path}{end}".split("::")
            names = ("::".join(words[:count]) for count in range(len(words), 0, -1))
            found |= {name for name in [next((name for name in names if name in files), None)] if name}
    return found
