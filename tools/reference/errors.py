"""Every error tree, as its module draws it."""

import ast
import inspect
from pathlib import Path

from tools.reference.markdown import page

import tallystick

__all__ = ["errors_page"]

SOURCE = Path(tallystick.__file__).parent

INTRODUCTION = """# Errors

Each part has one base error. The rest of its tree says whose fault an error is and what can be done; its text names
the field, file or setting to change. Over HTTP errors are [problems](http.md#problems)."""


def errors_page() -> str:
    """Write the page."""
    return page(INTRODUCTION, *(_tree(file) for file in sorted(SOURCE.rglob("errors.py"))))


def _tree(file: Path) -> str:
    name = ".".join(file.relative_to(SOURCE).parent.parts)
    drawn = inspect.cleandoc(ast.get_docstring(ast.parse(file.read_text())) or "")
    sentence, _, tree = drawn.partition("\n\n")
    return f"## {name}\n\n{sentence}\n\n```\n{_undented(tree)}\n```"


def _undented(tree: str) -> str:
    return inspect.cleandoc(tree.removeprefix("::\n")).strip("\n")
