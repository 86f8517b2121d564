"""What may be under way at once, counted."""

from tallystick.platform.http.problem import Origin, Problem

__all__ = ["Room"]

AGAIN_AFTER_S = 5


class Room:
    """Room for `size` bytes, or for `size` of whatever else is counted; used from the event loop alone."""

    def __init__(self, size: int, full: str) -> None:
        self.size = size
        self._full = full
        self._taken = 0

    def take(self, amount: int = 1) -> None:
        """Take room, to be given back; raise a 503 `Problem` where there is not enough."""
        if self._taken + amount > self.size:
            raise Problem(503, detail=self._full, headers={"retry-after": str(AGAIN_AFTER_S)}, origin=Origin.LIMIT)
        self._taken += amount

    def give_back(self, amount: int = 1) -> None:
        """Give back what was taken."""
        self._taken -= amount
