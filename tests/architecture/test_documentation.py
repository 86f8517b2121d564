"""What the documentation says to type, to set and to follow exists."""

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tallystick.cli import main
from tallystick.server.settings import REGISTRY_SECRETS, loaded_settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
CALL = re.compile(r"^(?:\w*)\$ (?:\w+=\S+ )*tally ([a-z-]+)(?: ([a-z-]+))?", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w./-]+\.py)(?:::(\w+))?`")
BARE = re.compile(r"`(test_\w+)`")
RUST = re.compile(r"`(rust/[\w./-]+)`")
TESTED = re.compile(r"^\|.* test \|\n\|[-|]+\n((?:\|.*\n)+)", re.MULTILINE)
DEFINED = re.compile(r"\b(?:def|fn) (\w+)\(")
SETTINGS = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def settings_files() -> list[str]:
    return [text for page in PAGES for text in SETTINGS.findall(page.read_text())]


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_link_leads_somewhere(page: Path) -> None:
    targets = [link.partition("#")[0] for link in LINK.findall(page.read_text()) if "://" not in link]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_command_exists(page: Path) -> None:
    context = click.Context(main)
    for name, below in CALL.findall(page.read_text()):
        command = main.get_command(context, name)
        assert command is not None, name
        if below and isinstance(command, click.Group):
            assert command.get_command(context, below) is not None, f"{name} {below}"


@pytest.mark.parametrize("text", settings_files())
def test_a_settings_file_is_taken(tmp_path: Path, text: str) -> None:
    file = tmp_path / "tally.toml"
    file.write_text(text)
    assert loaded_settings(file, {}, withheld=REGISTRY_SECRETS).settings.name


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_named_test_exists(page: Path) -> None:
    for file, name in TEST.findall(page.read_text()):
        assert (ROOT / file).exists(), file
        assert not name or f"def {name}(" in (ROOT / file).read_text(), f"{file}::{name}"


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "compatibility").glob("*.md")), ids=named)
def test_a_difference_names_a_test_that_exists(page: Path) -> None:
    text = page.read_text()
    written = {name for file in (ROOT / "tests").rglob("test_*.py") for name in DEFINED.findall(file.read_text())}
    written |= {name for file in (ROOT / "rust").rglob("*.rs") for name in DEFINED.findall(file.read_text())}
    assert [name for name in BARE.findall(text) if name not in written] == []
    assert [file for file in RUST.findall(text) if not (ROOT / file).exists()] == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "compatibility").glob("*.md")), ids=named)
def test_each_difference_names_a_test(page: Path) -> None:
    tables = [table.splitlines() for table in TESTED.findall(page.read_text())]
    assert tables
    assert [row for table in tables for row in table if "`" not in row.split("|")[-2]] == []


def test_every_decision_is_listed() -> None:
    records = {path.name for path in (ROOT / "docs" / "adr").glob("[0-9]*.md")}
    assert records == set(LINK.findall((ROOT / "docs" / "adr" / "index.md").read_text()))


def test_every_page_is_in_the_navigation() -> None:
    pages = {str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md") if path.name[0].isalpha()}
    assert pages == set(re.findall(r"[\w/-]+\.md", (ROOT / "mkdocs.yml").read_text()))


def test_the_documentation_is_built_without_warnings(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    built = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False
    )
    assert (built.returncode, built.stderr) == (0, "")
    assert (tmp_path / "site" / "index.html").exists()
