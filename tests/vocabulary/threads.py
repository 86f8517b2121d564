"""Words for tests of what several do at the same instant."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["at_once"]

R = TypeVar("R")


def at_once(times: int, call: Callable[[], R]) -> list[R]:
    """Call something from several threads that start together; return what each got, or raise what one raised."""
    together = threading.Barrier(times)

    def one() -> R:
        together.wait()
        return call()

    with ThreadPoolExecutor(times) as threads:
        return [future.result() for future in [threads.submit(one) for _ in range(times)]]
