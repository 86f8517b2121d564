"""Find and render templates."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, FunctionLoader, StrictUndefined

from tallystick.platform.web.formats import FILTERS
from tallystick.platform.web.static import asset_url

__all__ = ["environment"]


def environment(extra: Sequence[Path] = ()) -> Environment:
    """Make the environment of all templates; names that the product has not are looked up in the folders `extra`."""
    made = Environment(
        loader=ChoiceLoader([FunctionLoader(_owned), FileSystemLoader([str(path) for path in extra])]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(FILTERS)
    made.globals["asset"] = asset_url
    return made


def _owned(name: str) -> str | None:
    """Read `AREA/FILE` from the folder `pages` of `tallystick/AREA`."""
    area, _, file = name.rpartition("/")
    if not area or ".." in area.split("/"):
        return None
    found = files("tallystick").joinpath(area, "pages", file)
    return found.read_text() if found.is_file() else None
