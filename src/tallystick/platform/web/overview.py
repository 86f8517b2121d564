"""The organisation at a glance: what each capability shows of itself, on one page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tallystick.platform.http import Request
from tallystick.platform.web.page import Context, Page

__all__ = ["Glance", "overview_page"]


@dataclass(frozen=True)
class Glance:
    """A capability's part of the overview: a template, which finds its values under `glance`.

    Those in `front` come first, each as wide as the page; then the small ones stand side by side; the rest follows.
    """

    template: str
    context: Context
    place: Literal["front", "beside", "rest"] = "front"


def overview_page(glances: Sequence[Glance]) -> Page:
    """Make the page of the parts."""

    def overview(request: Request[Any]) -> Mapping[str, object]:
        places: dict[str, list[tuple[str, Mapping[str, object]]]] = {"front": [], "beside": [], "rest": []}
        for glance in glances:
            places[glance.place].append((glance.template, glance.context(request)))
        return places

    return Page("/overview", "Overview", "platform/web/overview.html", overview, label="Overview")
