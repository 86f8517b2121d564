"""Everything the catalog is made of, built in one place."""

from dataclasses import dataclass

from tallystick.catalog.adapters.sandboxed import SandboxedReader
from tallystick.catalog.adapters.shelf import Shelf
from tallystick.catalog.console import catalog_glance, catalog_pages
from tallystick.catalog.hashlookup import hashlookup_routes
from tallystick.catalog.http import catalog_routes
from tallystick.catalog.service import CatalogService
from tallystick.catalog.settings import CatalogSettings
from tallystick.catalog.watch import FolderWatch
from tallystick.platform.http import Routes
from tallystick.platform.store import Branch
from tallystick.platform.web import Glance, Page
from tallystick.platform.wiring import Platform

__all__ = ["BRANCH", "Catalog", "build"]

BRANCH = Branch("catalog", "tallystick.catalog.adapters.migrations")


@dataclass(frozen=True)
class Catalog:
    """`hashlookup` are the reference's routes, `routes` our own; `watch` is for the one process that reads folders."""

    service: CatalogService
    routes: Routes
    hashlookup: Routes
    pages: tuple[Page, ...]
    glance: Glance
    watch: FolderWatch
    branch: Branch = BRANCH


def build(settings: CatalogSettings, platform: Platform) -> Catalog:
    """Build the catalog on a platform; no archive is read before a file is added."""
    service = CatalogService(Shelf(platform.store), SandboxedReader(settings))
    return Catalog(
        service=service,
        routes=catalog_routes(service),
        hashlookup=hashlookup_routes(service),
        pages=catalog_pages(service),
        glance=catalog_glance(service),
        watch=FolderWatch(service, settings.folders, settings.poll_s),
    )
