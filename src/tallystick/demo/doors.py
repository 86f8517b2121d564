"""The way to the three consoles: one-time login links, the CA to trust, and a line for curl."""

from rich.console import Console
from rich.markup import escape

from tallystick.demo.sites import REGISTRIES, Site, Sites
from tallystick.edge.wiring import authority_of
from tallystick.platform.auth import Logins
from tallystick.platform.store import Store
from tallystick.server.settings import loaded_settings

__all__ = ["show_links"]

HOUR_MS = 3_600_000


def show_links(sites: Sites, console: Console) -> None:
    """Print fresh links, North's first; each works once, for an hour."""
    for name in (*REGISTRIES, "unit"):
        site = sites.site(name)
        settings = loaded_settings(site.config, {}).settings
        port = settings.edge.listen.rpartition(":")[2]
        authority = escape(str(authority_of(site.directory, name).certificate))
        console.print(f"\n[bold]{name.capitalize()}[/]  {_link(site, port)}", soft_wrap=True)
        console.print(f"  [dim]CA file    {authority}", soft_wrap=True, highlight=False)
        console.print(
            f"  [dim]trust it   sudo cp {authority} /usr/local/share/ca-certificates/tally-{name}.crt"
            " && sudo update-ca-certificates",
            soft_wrap=True,
            highlight=False,
        )
        console.print(
            f"  [dim]curl       curl --cacert {authority} --resolve {site.host}:{port}:127.0.0.1"
            f" https://{site.host}:{port}/health/ready",
            soft_wrap=True,
            highlight=False,
        )


def _link(site: Site, port: str) -> str:
    store = Store.open(f"sqlite:///{site.directory / 'tally.db'}")
    try:
        secret = Logins(store).issue("operator", ["*"], lifetime_ms=HOUR_MS, by="demo")
    finally:
        store.close()
    return f"https://{site.host}:{port}/login/{secret.reveal()}"
