"""The files that pages link to; nothing is fetched from elsewhere."""

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from tallystick.platform.http import Problem, Reply, Request, Route

__all__ = ["asset_route", "asset_url"]

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


def asset_url(name: str) -> str:
    """Give the address of an asset; it changes with the content, so that browsers may keep it for ever."""
    return f"/static/{name}?{_fingerprint(name)}"


def asset_route() -> Route:
    """Give the route that answers assets."""
    return Route("GET", "/static/{name}", _answer, hidden=True)


def _answer(request: Request[Any]) -> Reply:
    name: str = request.path_values["name"]
    found = files("tallystick.platform.web").joinpath("assets", name)
    suffix = name[name.rfind(".") :] if "." in name else ""
    if "/" in name or suffix not in MEDIA_TYPES or not found.is_file():
        raise Problem(404, detail=f"there is no asset {name}")
    tag = f'"{_fingerprint(name)}"'
    age = "public, max-age=31536000, immutable" if request.scope["query_string"] else "no-cache"
    headers = {"etag": tag, "cache-control": age}
    if request.headers.get("if-none-match") == tag:
        return Reply(status=304, headers=headers)
    return Reply(found.read_bytes(), headers=headers, media_type=MEDIA_TYPES[suffix])


@cache
def _fingerprint(name: str) -> str:
    content = files("tallystick.platform.web").joinpath("assets", name).read_bytes()
    return hashlib.sha256(content).hexdigest()[:12]
