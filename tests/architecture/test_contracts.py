"""The import contracts hold; `make check` prints them one by one."""

from importlinter.cli import lint_imports


def test_imports_keep_the_contracts() -> None:
    assert lint_imports(no_cache=True) == 0
