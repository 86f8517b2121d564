"""Organisations that run for as long as a test, or a module's tests, need them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.vocabulary.organisations import Upped

Found = Callable[..., Upped]


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Found]:
    """Found organisations by their settings; none outlives the test."""
    founded: list[Upped] = []

    def one(settings: str = "", name: str = "unit") -> Upped:
        founded.append(Upped(tmp_path / name, settings, name))
        return founded[-1]

    yield one
    for organisation in founded:
        organisation.end()
