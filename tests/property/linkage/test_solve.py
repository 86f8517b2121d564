"""The solver against anonlink's, for two and more parties."""

import numpy as np
from anonlink.solving import greedy_solve_python  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from tallystick.native.linkage import solve

RECORDS = 6

Record = tuple[int, int]


def records(parties: int) -> st.SearchStrategy[Record]:
    return st.tuples(st.integers(0, parties - 1), st.integers(0, RECORDS - 1))


@st.composite
def candidates(draw: st.DrawFn) -> list[tuple[Record, Record]]:
    """Draw pairs of records of different parties, each pair once."""
    parties = draw(st.integers(2, 4))
    pair = st.tuples(records(parties), records(parties)).filter(lambda pair: pair[0][0] < pair[1][0])
    return draw(st.lists(pair, max_size=60, unique=True))


@given(candidates())
def test_groups_are_anonlinks(pairs: list[tuple[Record, Record]]) -> None:
    sides = [[pair[side] for pair in pairs] for side in (0, 1)]
    expected = greedy_solve_python(
        (
            [0.9] * len(pairs),
            tuple([party for party, _ in side] for side in sides),
            tuple([record for _, record in side] for side in sides),
        )
    )
    one, other = (np.array([party * RECORDS + record for party, record in side], np.uint32) for side in sides)
    groups = {frozenset(divmod(member, RECORDS) for member in group) for group in solve(4 * RECORDS, one, other)}
    assert groups == {frozenset(group) for group in expected}
