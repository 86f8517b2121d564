"""Drive a real browser against a server of this test."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from starlette.types import ASGIApp

from tallystick.platform.http import serve

__all__ = ["chromium", "served"]

QUIET = ("--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium."""
    path = shutil.which("chromium")
    assert path, "Chromium is missing: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", *QUIET])
        yield browser
        browser.close()


@contextmanager
def served(app: ASGIApp, listen: str | Path = "127.0.0.1:0") -> Iterator[str]:
    """Serve `app` in a thread and give its address."""
    bound: list[str] = []
    ready, stop = threading.Event(), threading.Event()

    def announce(address: str) -> None:
        bound.append(address)
        ready.set()

    thread = threading.Thread(target=serve, args=(app,), kwargs={"listen": listen, "ready": announce, "stop": stop})
    thread.start()
    try:
        assert ready.wait(10)
        yield f"http://{bound[0]}"
    finally:
        stop.set()
        thread.join()
