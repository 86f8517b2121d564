"""Every owner of tables has a branch of migrations that backups find."""

from tallystick.platform.store.branches import PLATFORM, every_branch
from tallystick.platform.store.migrations import revisions


def test_each_branch_has_a_name_of_its_own() -> None:
    names = [branch.name for branch in every_branch()]
    assert len(names) == len(set(names))
    assert set(PLATFORM) <= set(every_branch())


def test_revisions_are_named_after_their_branch() -> None:
    for branch in every_branch():
        assert all(revision.startswith(f"{branch.name}_") for revision in revisions(branch))


def test_the_newest_revision_is_known_by_its_file() -> None:
    for branch in every_branch():
        assert branch.head == revisions(branch)[-1]
