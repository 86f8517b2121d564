"""Our greedy solver against the reference's."""

import anonlink  # type: ignore[import-untyped]
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tallystick.linkage.domain.living.candidates import node, ordinal_of, slot_of
from tallystick.linkage.domain.living.greedy import solve

Edge = tuple[tuple[int, int], tuple[int, int]]
records = st.tuples(st.integers(0, 2), st.integers(0, 5))
edges = st.tuples(records, records).filter(lambda edge: edge[0][0] < edge[1][0])
scored = st.dictionaries(edges, st.sampled_from([0.7, 0.75, 0.8, 0.9]), max_size=40)


def reference_order(edge: tuple[Edge, float]) -> tuple[float, ...]:
    ((left_party, left), (right_party, right)), score = edge
    return -score, left_party, right_party, left, right


@given(scored)
def test_groups_are_those_of_anonlink(scores: dict[Edge, float]) -> None:
    ordered = sorted(
        scores.items(), key=lambda edge: (-edge[1], edge[0][0][0], edge[0][1][0], edge[0][0][1], edge[0][1][1])
    )
    sims = np.array([score for _, score in ordered])
    dset = [np.array([pair[side][0] for pair, _ in ordered], np.uint32) for side in (0, 1)]
    recs = [np.array([pair[side][1] for pair, _ in ordered], np.uint32) for side in (0, 1)]
    expected = {frozenset(group) for group in anonlink.solving.greedy_solve((sims, tuple(dset), tuple(recs)))}
    candidates = ((node(*left), node(*right), score) for (left, right), score in scores.items())
    groups = solve(candidates, lambda record: record.to_bytes(8, "big"))
    assert {frozenset((ordinal_of(record), slot_of(record)) for record in group) for group in groups} == expected
