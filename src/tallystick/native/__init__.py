"""The one door to the compiled core.

Each capability imports its own submodule (`tallystick.native.linkage`, ...); `_core` is imported nowhere else.
Calls take batches and buffers, release the GIL, and raise one of the exceptions below.
"""

from tallystick.native._core import MalformedInput, NativeError, PeerRefused, PeerUnavailable, __version__

__all__ = ["MalformedInput", "NativeError", "PeerRefused", "PeerUnavailable", "__version__"]
