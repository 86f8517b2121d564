"""The model server's process: follow the list of services, answer V1 and V2."""

import threading
from collections.abc import Callable
from pathlib import Path

from tallystick.inference.wiring import Inference
from tallystick.platform.http import serve

__all__ = ["serve_models"]


def serve_models(
    inference: Inference,
    *,
    listen: str | Path,
    stop: threading.Event | None = None,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve every service of the list until SIGTERM or `stop`; `ready` is called with the bound address.

    `listen` is `HOST:PORT` or the path of a unix socket. The door opens before the models are loaded, and says so in
    its readiness. Raises a `ListenError`.
    """
    over = threading.Event()
    follower = threading.Thread(
        target=inference.serving.follow,
        args=(over,),
        kwargs={"every_s": inference.settings.reload_s},
        name="models",
        daemon=True,
    )
    follower.start()
    try:
        serve(inference.door, listen=listen, stop=stop, ready=ready)
    finally:
        over.set()
        follower.join(timeout=5)
