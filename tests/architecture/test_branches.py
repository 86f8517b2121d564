"""Every owner of tables has a branch of migrations that backups find."""

from importlib import import_module
from pathlib import Path

from tallystick.platform.store.branches import PLATFORM, Branch, every_branch
from tallystick.platform.store.migrations import revisions

ROOT = Path(__file__).resolve().parents[2]


def test_each_branch_has_a_name_of_its_own() -> None:
    names = [branch.name for branch in every_branch()]
    assert len(names) == len(set(names))
    assert set(PLATFORM) <= set(every_branch())


def test_each_branch_that_is_wired_is_found() -> None:
    places = sorted((ROOT / "src").rglob("wiring.py"))
    modules = [import_module(".".join(place.relative_to(ROOT / "src").with_suffix("").parts)) for place in places]
    wired = {branch for module in modules if isinstance(branch := getattr(module, "BRANCH", None), Branch)}
    assert len(wired) > 5
    assert wired <= set(every_branch())


def test_revisions_are_named_after_their_branch() -> None:
    for branch in every_branch():
        assert all(revision.startswith(f"{branch.name}_") for revision in revisions(branch))


def test_the_newest_revision_is_known_by_its_file() -> None:
    for branch in every_branch():
        assert branch.head == revisions(branch)[-1]
