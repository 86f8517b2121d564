"""Children must be told apart by names that can name files."""

import pytest

from tallystick.platform.supervisor.child import Child, check
from tallystick.platform.supervisor.errors import InvalidChildrenError


@pytest.mark.parametrize("name", ["", "..", "a/b", "supervisor", "Upper", "x" * 80])
def test_a_name_that_cannot_name_a_file_is_refused(name: str) -> None:
    with pytest.raises(InvalidChildrenError, match="cannot be named"):
        check([Child(name, ["true"])])


def test_two_children_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidChildrenError, match="two children are named 'api'"):
        check([Child("api", ["true"]), Child("api", ["false"])])


def test_a_child_without_a_command_is_refused() -> None:
    with pytest.raises(InvalidChildrenError, match="no command"):
        check([Child("api", [])])


def test_usual_names_are_taken() -> None:
    check([Child("edge", ["true"]), Child("worker-2", ["true"]), Child("capture.people", ["true"])])
