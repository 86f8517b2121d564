"""Every owner of tables has a branch of migrations that backups find."""

from tallystick.platform.store.migrations import PLATFORM, every_branch, revisions


def test_each_branch_has_a_name_of_its_own() -> None:
    names = [branch.name for branch in every_branch()]
    assert len(names) == len(set(names))
    assert set(PLATFORM) <= set(every_branch())


def test_revisions_are_named_after_their_branch() -> None:
    for branch in every_branch():
        assert all(revision.startswith(f"{branch.name}_") for revision in revisions(branch))
