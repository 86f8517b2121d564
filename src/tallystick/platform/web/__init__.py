"""The console's shell: layout, navigation, components, assets, login.

A capability declares `Page`s and keeps their templates in its own `pages/`; `console` makes routes of them. A page is
whole without JavaScript; a part of it wrapped in `live` is fetched again and again where there is JavaScript.
Templates are named by their place below `tallystick`, `linkage/matches.html` for `linkage/pages/matches.html`, extend
`platform/web/layout.html` and take their pieces from `platform/web/components.html`.
"""

from tallystick.platform.web.charts import Bar, Histogram, Sparkline, Zone
from tallystick.platform.web.console import console
from tallystick.platform.web.operations import operations_pages
from tallystick.platform.web.page import Page, Paging, redirect
from tallystick.platform.web.problems import problem_page

__all__ = [
    "Bar",
    "Histogram",
    "Page",
    "Paging",
    "Sparkline",
    "Zone",
    "console",
    "operations_pages",
    "problem_page",
    "redirect",
]
