"""The TLS data plane; what it serves is one JSON snapshot."""

from tallystick.native._core import EdgeServer

__all__ = ["EdgeServer"]
