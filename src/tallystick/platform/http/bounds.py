"""What one application takes from all of its clients together."""

from dataclasses import dataclass

from tallystick.platform.http.body import STALL_S, BodyStream
from tallystick.platform.http.route import Route

__all__ = ["Bounds"]

BODY_LIMIT = 16 * 1024 * 1024
HELD_LIMIT = 512 * 1024 * 1024
UPLOADS = 32


@dataclass(frozen=True)
class Bounds:
    """Bounds of bodies: `body` bytes of one where its route says nothing else, `held` bytes of all in memory at once.

    `held` grows to the largest body that a route takes; a quarter of it is for those who show no token, beside the
    others. `uploads` is how many plain handlers may read their bodies themselves at once; `stall_s` is how many seconds
    a client may send nothing of a body.
    """

    body: int = BODY_LIMIT
    held: int = HELD_LIMIT
    uploads: int = UPLOADS
    stall_s: float = STALL_S

    def of(self, route: Route) -> int | None:
        """Return how many bytes a body of `route` may have; None is any number."""
        return self.body if route.limit is None and route.request is not BodyStream else route.limit
