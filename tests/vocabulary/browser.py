"""Drive a real browser."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

__all__ = ["chromium"]

QUIET = ("--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync")


@contextmanager
def chromium(*, believed: str = "") -> Iterator[Browser]:
    """Start the system's Chromium; `believed` are digests of public keys whose certificates it takes as good."""
    path = shutil.which("chromium")
    assert path, "Chromium is missing: apt-get install chromium"
    arguments = ["--no-sandbox", "--disable-gpu", *QUIET]
    if believed:
        arguments.append(f"--ignore-certificate-errors-spki-list={believed}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()
