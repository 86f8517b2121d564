"""Living linkages built on the platform, in one visible function."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from tallystick.linkage.adapters.contact_store import ContactStore
from tallystick.linkage.adapters.kernel import compare
from tallystick.linkage.adapters.linker_store import LinkerStore
from tallystick.linkage.adapters.living_files import LivingFiles
from tallystick.linkage.adapters.living_store import LivingStore
from tallystick.linkage.adapters.migrations import FOLDERS
from tallystick.linkage.domain.living.judge import Judge
from tallystick.linkage.living.console import living_glances, living_pages
from tallystick.linkage.living.http import living_routes
from tallystick.linkage.living.linker import Linker
from tallystick.linkage.living.overview import Overview
from tallystick.linkage.living.service import LivingService
from tallystick.linkage.living.settings import LivingSettings
from tallystick.linkage.living.worker import LinkerWorker
from tallystick.platform.http import Group
from tallystick.platform.store import Branch
from tallystick.platform.web import Glance, Page
from tallystick.platform.wiring import Platform

__all__ = ["BRANCH", "Living", "build_living"]

BRANCH: Final = Branch("linkage", "tallystick.linkage.adapters.migrations")


@dataclass(frozen=True)
class Living:
    """What a unit's processes need: the API serves `routes` and `pages`, the linker's process runs `worker`."""

    service: LivingService
    overview: Overview
    routes: Group
    pages: tuple[Page, ...]
    glances: tuple[Glance, ...]
    worker: LinkerWorker
    branch: Branch = BRANCH


def build_living(settings: LivingSettings, platform: Platform, judge: Judge | None = None) -> Living:
    """Build living linkages; without a judge, pairs in the grey zone stay pending."""
    directory = platform.data_dir / FOLDERS[0]
    files = LivingFiles(directory)
    store, linked = LivingStore(platform.store), LinkerStore(platform.store)
    contacts = ContactStore(platform.store)
    service, overview = LivingService(store, linked, files, platform.log), Overview(store, linked, contacts)
    most = settings.most_candidates
    start = partial(
        Linker,
        store=platform.store,
        log=platform.log,
        files=files,
        compare=partial(compare, limit=most),
        judge=judge,
        most_candidates=most,
    )
    return Living(
        service=service,
        overview=overview,
        routes=living_routes(service, overview, contacts, settings),
        pages=living_pages(service, overview),
        glances=living_glances(service, overview),
        worker=LinkerWorker(store, start, directory, poll_s=settings.poll_ms / 1000),
    )
