"""Everything the catalog is made of, built in one place."""

from dataclasses import dataclass

from tallystick.catalog.service import CatalogService
from tallystick.catalog.settings import CatalogSettings
from tallystick.platform.http import Routes
from tallystick.platform.store import Branch
from tallystick.platform.web import Page
from tallystick.platform.wiring import Platform

__all__ = ["BRANCH", "Catalog", "build"]

BRANCH = Branch("catalog", "tallystick.catalog.adapters.migrations")


@dataclass(frozen=True)
class Catalog:
    """The use cases, what answers HTTP, and the console's pages."""

    service: CatalogService
    routes: Routes
    pages: tuple[Page, ...]
    branch: Branch = BRANCH


def build(settings: CatalogSettings, platform: Platform) -> Catalog:
    """Build the catalog on a platform."""
    service = CatalogService(platform.store, settings)
    return Catalog(service, routes=(), pages=())
