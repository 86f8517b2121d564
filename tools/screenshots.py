"""Take the documentation's pictures from a demo that runs: `python -m tools.screenshots DIRECTORY [INTO]`."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tallystick.demo.sites import Site, Sites
from tallystick.platform.auth import Logins
from tallystick.platform.store import Store
from tallystick.server.settings import loaded_settings

PICTURES = {"north-matches": ("north", "/matches"), "unit-overview": ("unit", "/overview")}
"""Each picture's organisation and page."""
SIZE = ViewportSize(width=1280, height=1060)


def main(demo: Path, into: Path) -> None:
    """Write every picture as PNG."""
    into.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, (organisation, path) in PICTURES.items():
            _take(browser, Sites(demo).site(organisation), path, into / f"{name}.png")
        browser.close()


def _take(browser: Browser, site: Site, path: str, file: Path) -> None:
    port = loaded_settings(site.config, {}).settings.edge.listen.rpartition(":")[2]
    door = f"https://{site.host}:{port}"
    page = browser.new_context(viewport=SIZE, color_scheme="light", ignore_https_errors=True).new_page()
    page.goto(f"{door}/login/{_secret(site)}?next={path}")
    page.get_by_role("button").click()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=file)


def _secret(site: Site) -> str:
    store = Store.open(f"sqlite:///{site.directory / 'tally.db'}")
    try:
        return Logins(store).issue("operator", ["console:read"], by="screenshots").reveal()
    finally:
        store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute(), Path(sys.argv[2] if len(sys.argv) > 2 else "docs/images"))
