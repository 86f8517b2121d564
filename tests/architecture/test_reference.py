"""The reference in docs/ is what the code says: every command, setting, metric and error."""

from pathlib import Path

import pytest
from tools.reference.pages import PAGES

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_reference_is_up_to_date(name: str) -> None:
    assert (COMMITTED / name).read_text() == PAGES[name](), "run `make docs` and commit docs/reference/"
