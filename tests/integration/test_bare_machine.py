"""What `make demo` and `make test` say on a machine that lacks something: the command that brings each thing."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PREREQUISITES, TEST_PACKAGES = str(REPOSITORY / "tools/prerequisites"), str(REPOSITORY / "tools/test-packages")
TOOLS = ("bash", "cat", "cut", "dirname", "env", "find", "grep", "head", "id", "printf", "sed", "sort", "tr", "uname")
Machine = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Run a command where only the basic tools and the given commands exist, each a line of shell."""

    def run(*command: str, **commands: str) -> subprocess.CompletedProcess[str]:
        for tool in TOOLS:
            if (found := shutil.which(tool)) and tool not in commands:
                (tmp_path / tool).symlink_to(found)
        for name, body in commands.items():
            stand_in = tmp_path / name.replace("_", "-")
            stand_in.write_text(f"#!/bin/bash\n{body}\n")
            stand_in.chmod(0o755)
        return subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True)

    return run


def cargo(version: str) -> str:
    return f"echo cargo {version} '(abc 2026-01-01)'"


def test_everything_that_is_missing_is_named_with_its_command(machine: Machine) -> None:
    told = machine(PREREQUISITES)
    assert told.returncode == 1
    for thing, command in [
        ("a C compiler", "apt-get install build-essential"),
        ("python3 >= 3.11", "apt-get install python3 python3-venv"),
        ("cargo >= ", "rustup default stable"),
    ]:
        assert f"missing: {thing}" in told.stdout
        assert command in told.stdout


def test_an_old_cargo_is_to_be_updated(machine: Machine) -> None:
    told = machine(PREREQUISITES, cc="", python3="", cargo=cargo("1.63.0"))
    assert told.returncode == 1
    assert told.stdout.count("missing:") == 1
    assert "this is 1.63.0" in told.stdout
    assert "rustup update stable" in told.stdout


def test_python_without_venv_is_named(machine: Machine) -> None:
    told = machine(PREREQUISITES, cc="", cargo=cargo("99.0.0"), python3='[[ "$2" != *ensurepip* ]]')
    assert told.returncode == 1
    assert told.stdout.count("missing:") == 1
    assert "apt-get install python3-venv" in told.stdout


def test_an_old_python_is_named(machine: Machine) -> None:
    told = machine(PREREQUISITES, cc="", cargo=cargo("99.0.0"), python3='[[ "$2" != *version_info* ]]')
    assert told.returncode == 1
    assert "missing: python3 >= 3.11" in told.stdout


def test_nothing_is_missing_where_everything_is(machine: Machine) -> None:
    told = machine(PREREQUISITES, cc="", cargo=cargo("99.0.0"), python3="")
    assert told.returncode == 0
    assert "missing" not in told.stdout


def test_a_user_is_told_the_line_that_installs_what_tests_need(machine: Machine) -> None:
    told = machine(TEST_PACKAGES, dpkg_query="exit 1", id="echo 1000", apt_get="echo must not run >&2; exit 9")
    assert told.returncode == 1
    assert "apt-get install --no-install-recommends chromium openjdk-17-jre-headless maven" in told.stdout
    assert "must not run" not in told.stderr


def test_root_gets_them_installed(machine: Machine) -> None:
    told = machine(TEST_PACKAGES, dpkg_query="exit 1", id="echo 0", apt_get='echo "apt-get $*" >&2')
    assert told.returncode == 0
    assert "installing for the tests: chromium" in told.stdout
    assert "update" in told.stderr


def test_nothing_is_installed_where_everything_is(machine: Machine) -> None:
    told = machine(TEST_PACKAGES, dpkg_query="echo installed", id="echo 1000")
    assert (told.returncode, told.stdout) == (0, "")


def test_make_begins_with_what_is_missing(machine: Machine, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    for name in ("Makefile", "Cargo.toml", "requirements.lock", "tools/prerequisites"):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, clone / name)
    told = machine(shutil.which("make") or "make", "--directory", str(clone), "demo", cc="", python3="")
    assert told.returncode == 2
    assert "missing: cargo >= " in told.stdout
    assert not (clone / ".uv").exists()
