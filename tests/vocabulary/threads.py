"""Words for tests of what several do at the same instant."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["at_once", "together"]

R = TypeVar("R")


def at_once(times: int, call: Callable[[], R]) -> list[R]:
    """Call something from several threads that start together; return what each got, or raise what one raised."""
    return together(*[call] * times)


def together(*calls: Callable[[], R]) -> list[R]:
    """Make each call on a thread of its own, all at the same instant; return or raise as `at_once` does."""
    barrier = threading.Barrier(len(calls))

    def after_all_stand(call: Callable[[], R]) -> R:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return [future.result() for future in [threads.submit(after_all_stand, call) for call in calls]]
