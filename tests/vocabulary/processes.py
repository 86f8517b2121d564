"""Words for tests about real processes."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

__all__ = ["alive", "eventually", "quickest"]

Answer = TypeVar("Answer")


def eventually(condition: Callable[[], Answer | None], within_s: float = 15.0) -> Answer:
    """Return the first true answer of the condition."""
    deadline = time.monotonic() + within_s
    while not (answer := condition()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)
    return answer


def alive(pid: int) -> bool:
    """Tell whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def quickest(tries: int, measured: Callable[[], float]) -> float:
    """Return the least of several measured times: what the code takes, without what the machine was busy with."""
    return min(measured() for _ in range(tries))
