"""Charts are geometry that fits its frame."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.platform.web import Histogram, Paging, Rate, Sparkline
from tallystick.platform.web import rate as rates
from tallystick.platform.web.scale import CEILING, FLOOR

counts_of_intervals = st.lists(st.integers(0, 10**6), min_size=1, max_size=60)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=60))
def test_bars_stand_inside_the_frame(counts: list[int]) -> None:
    edges = [0.5 + index / len(counts) / 2 for index in range(len(counts) + 1)]
    marked = [count // 2 for count in counts]
    for bar in Histogram(edges, counts, threshold=0.7, marked=marked).bars:
        assert 0 <= bar.x <= bar.x + bar.width <= 100.3
        assert CEILING - 0.01 <= bar.y <= bar.marked_y <= FLOOR
        assert (bar.height > 0) == (bar.count > 0)
        assert (bar.marked_height > 0) == (bar.marked > 0)


@given(st.integers(1, 10**9))
def test_lines_of_counts_stand_where_a_bar_of_that_count_ends(highest: int) -> None:
    lines = Histogram([0, 1], [highest]).lines
    assert [line.value for line in lines] == [10**power for power in range(1, len(str(highest)))]
    for line in lines:
        bar = Histogram([0, 1, 2], [int(line.value), highest]).bars[0]
        assert line.y == pytest.approx(bar.y)


@pytest.mark.parametrize(
    ("counts", "marked", "complaint"),
    [([1, 2], [], "2 counts need 3 edges"), ([1], [1, 2], "2 marked counts beside 1 counts")],
)
def test_edges_and_marks_must_fit_the_counts(counts: list[int], marked: list[int], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Histogram([0, 1], counts, marked=marked)


@given(counts_of_intervals)
def test_beats_stand_inside_the_frame(counts: list[int]) -> None:
    for beat in Rate(counts, end_ms=10**9, interval_ms=5000).beats:
        assert 0 <= beat.x <= beat.x + beat.width <= 100.3
        assert rates.CEILING - 0.01 <= beat.y <= rates.FLOOR
        assert (beat.height > 0) == (beat.rate > 0)


def test_one_burst_is_cut_and_leaves_the_rest_readable() -> None:
    rate = Rate([5000, *[5] * 20], end_ms=105_000, interval_ms=5000)
    assert [beat.cut for beat in rate.beats] == [True, *[False] * 20]
    assert rate.beats[1].height > (rates.FLOOR - rates.CEILING) / 4
    assert rate.peak is not None
    assert (rate.peak.rate, rate.peak.start_ms) == (1000, 0)


def test_the_rate_of_now_is_that_of_the_last_half_minute() -> None:
    assert Rate([1000, 5, 5, 5, 5, 5, 5], end_ms=0, interval_ms=5000).now == 1


def test_a_rate_of_nothing_has_no_peak() -> None:
    assert Rate([0, 0], end_ms=0, interval_ms=5000).peak is None


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
