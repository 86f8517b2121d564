"""Figures read as people write them."""

import pytest

from tallystick.platform.web.formats import ago, bytes_, capital, clock, duration, moment, number, percent, plural


def plain(text: str) -> str:
    return text.replace("\u2009", " ").replace("\u2212", "-").replace("\u2013", "-")


@pytest.mark.parametrize(("value", "shown"), [(0, "0"), (1234567, "1 234 567"), (-1.5, "-1.50"), (None, "-")])
def test_numbers(value: float | None, shown: str) -> None:
    assert plain(number(value)) == shown


@pytest.mark.parametrize(("value", "shown"), [(12, "12 B"), (1536, "1.5 KiB"), (3 * 1024**4, "3.0 TiB")])
def test_sizes(value: int, shown: str) -> None:
    assert plain(bytes_(value)) == shown


@pytest.mark.parametrize(
    ("ms", "shown"),
    [(12, "12 ms"), (1500, "1.5 s"), (61_000, "1 min 1 s"), (3_600_000, "1 h"), (90_000_000, "1 d 1 h")],
)
def test_durations(ms: int, shown: str) -> None:
    assert plain(duration(ms)) == shown


def test_shares_counts_and_moments() -> None:
    assert plain(percent(0.9976, 2)) == "99.76 %"
    assert plural(2, "party", "parties") == "2 parties"
    assert moment(0) == '<time datetime="1970-01-01T00:00:00+00:00">1970-01-01 00:00:00</time>'


@pytest.mark.parametrize(
    ("ms", "shown"),
    [(400, "now"), (59_999, "59 s ago"), (60_000, "1 min ago"), (7_200_000, "2 h ago"), (10**8, "1 d ago")],
)
def test_distances_from_now(ms: int, shown: str) -> None:
    told = plain(str(ago(1_000_000, 1_000_000 + ms)))
    assert told.endswith(f">{shown}</time>")
    assert 'title="1970-01-01 00:16:40 UTC"' in told


def test_clocks_and_capitals() -> None:
    assert clock(61_000) == "00:01:01"
    assert (capital("north"), capital("")) == ("North", "")
