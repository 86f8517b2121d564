"""The console's shell: layout, navigation, components, assets, login.

A capability declares `Page`s and keeps their templates in its own `pages/`; `console` makes routes of them. What it
shows of itself on the overview is a `Glance`. A page is whole without JavaScript; a part of it wrapped in `live` is
fetched again and again where there is JavaScript. Templates are named by their place below `tallystick`,
`linkage/matches.html` for `linkage/pages/matches.html`, extend `platform/web/layout.html` and take their pieces from
`platform/web/components.html`.
"""

from tallystick.platform.web.console import console
from tallystick.platform.web.histogram import Bar, Histogram, Zone
from tallystick.platform.web.operations import operations_glance, operations_pages
from tallystick.platform.web.overview import Glance, overview_page
from tallystick.platform.web.page import Page, PageNumber, Paging, redirect
from tallystick.platform.web.problems import problem_page
from tallystick.platform.web.rate import Rate, Sparkline

__all__ = [
    "Bar",
    "Glance",
    "Histogram",
    "Page",
    "PageNumber",
    "Paging",
    "Rate",
    "Sparkline",
    "Zone",
    "console",
    "operations_glance",
    "operations_pages",
    "overview_page",
    "problem_page",
    "redirect",
]
