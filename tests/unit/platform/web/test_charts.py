"""Charts are geometry that fits its frame."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.platform.web import Histogram, Paging, Sparkline
from tallystick.platform.web.charts import CEILING, FLOOR, WIDTH


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=60))
def test_bars_stand_inside_the_frame(counts: list[int]) -> None:
    edges = [0.5 + index / len(counts) / 2 for index in range(len(counts) + 1)]
    for bar in Histogram(edges, counts, threshold=0.7).bars:
        assert 0 <= bar.x <= bar.x + max(bar.width, 0) <= WIDTH
        assert CEILING - 0.01 <= bar.y <= FLOOR
        assert (bar.height > 0) == (bar.count > 0)


def test_bars_at_the_threshold_are_above_it() -> None:
    chart = Histogram([0.5, 0.6, 0.7, 0.8], [5, 3, 2], threshold=0.7)
    assert (chart.total, chart.above) == (10, 2)


def test_edges_must_fit_the_counts() -> None:
    with pytest.raises(ValueError, match="2 counts need 3 edges"):
        Histogram([0, 1], [1, 2])


@given(st.lists(st.floats(0, 1e9), max_size=50))
def test_a_sparkline_stays_inside_its_frame(values: list[float]) -> None:
    spark = Sparkline(values)
    pairs = [tuple(map(float, pair.split(","))) for pair in spark.points.split()]
    assert all(0 <= x <= spark.width and 0 <= y <= spark.height for x, y in pairs)


@pytest.mark.parametrize(
    ("number", "total", "shown"), [(1, 0, (0, 0, 1)), (1, 10, (1, 10, 1)), (2, 11, (11, 11, 2)), (3, 25, (21, 25, 3))]
)
def test_paging_counts_from_one(number: int, total: int, shown: tuple[int, int, int]) -> None:
    paging = Paging(number, 10, total)
    assert (paging.first, paging.last, paging.pages) == shown
