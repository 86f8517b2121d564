"""How long to wait before the next attempt: pure arithmetic, no clock."""

import random
from dataclasses import dataclass

__all__ = ["Backoff", "RestartPolicy"]


@dataclass(frozen=True, kw_only=True)
class RestartPolicy:
    """Bounds of the waits between restarts, in seconds."""

    first_s: float = 0.25
    longest_s: float = 30.0
    healthy_s: float = 60.0  # a child that lived this long starts anew with `first_s`
    crash_loop_after: int = 5  # this many short lives in a row are a crash loop


class Backoff:
    """Count the short lives of one child and answer with the next wait."""

    def __init__(self, policy: RestartPolicy) -> None:
        self._policy = policy
        self._short_lives = 0

    @property
    def crash_looping(self) -> bool:
        """Tell whether the child keeps dying young."""
        return self._short_lives >= self._policy.crash_loop_after

    def wait_after(self, lived_s: float) -> float:
        """Return how long to wait after a life of `lived_s`: jittered, doubling, bounded."""
        self._short_lives = 1 if lived_s >= self._policy.healthy_s else self._short_lives + 1
        if self.crash_looping:
            return self._jittered(self._policy.longest_s)
        return self._jittered(min(self._policy.longest_s, self._policy.first_s * 2 ** (self._short_lives - 1)))

    def recovered(self) -> None:
        """Forget earlier failures: the child has been healthy long enough."""
        self._short_lives = 0

    @staticmethod
    def _jittered(wait_s: float) -> float:
        return wait_s * random.uniform(0.75, 1.0)  # noqa: S311 - spreads restarts; guards nothing
