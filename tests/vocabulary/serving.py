"""Serve an application for as long as a test asks it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.types import ASGIApp

from tallystick.platform.http import serve

__all__ = ["served"]


@contextmanager
def served(app: ASGIApp, listen: str | Path = "127.0.0.1:0", *, behind_edge: bool = False) -> Iterator[str]:
    """Serve `app` in a thread and give its address."""
    bound: list[str] = []
    ready, stop = threading.Event(), threading.Event()

    def announce(address: str) -> None:
        bound.append(address)
        ready.set()

    options = {"listen": listen, "behind_edge": behind_edge, "ready": announce, "stop": stop}
    thread = threading.Thread(target=serve, args=(app,), kwargs=options)
    thread.start()
    try:
        assert ready.wait(10)
        yield f"http://{bound[0]}"
    finally:
        stop.set()
        thread.join()
