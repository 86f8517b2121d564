"""Waits between restarts double, stay bounded and start anew after a healthy life."""

from hypothesis import given
from hypothesis import strategies as st

from tallystick.platform.supervisor.backoff import Backoff, RestartPolicy

POLICY = RestartPolicy(first_s=0.25, longest_s=30, healthy_s=60, crash_loop_after=5)


def test_waits_double_until_the_crash_loop() -> None:
    backoff = Backoff(POLICY)
    waits = [backoff.wait_after(0) for _ in range(5)]
    for wait, most in zip(waits, (0.25, 0.5, 1, 2, 30), strict=True):
        assert 0.75 * most <= wait <= most


def test_five_short_lives_are_a_crash_loop() -> None:
    backoff = Backoff(POLICY)
    seen = []
    for _ in range(5):
        backoff.wait_after(1)
        seen.append(backoff.crash_looping)
    assert seen == [False, False, False, False, True]


def test_a_healthy_life_ends_the_crash_loop() -> None:
    backoff = Backoff(POLICY)
    for _ in range(9):
        backoff.wait_after(0)
    assert backoff.wait_after(60) <= 0.25
    assert not backoff.crash_looping


@given(st.lists(st.floats(min_value=0, max_value=1e6), max_size=50))
def test_every_wait_is_bounded(lives: list[float]) -> None:
    backoff = Backoff(POLICY)
    for lived in lives:
        assert 0.75 * 0.25 <= backoff.wait_after(lived) <= 30
